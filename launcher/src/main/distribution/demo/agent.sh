#!/bin/sh
# A stand-in for an agent's command line, for the demonstration: no model, no network, no cost. It reads the prompt from standard
# input and answers in the line format of "claude --print --output-format stream-json --include-partial-messages --verbose".
set -eu

title=
files=
while IFS= read -r line || [ -n "$line" ]; do
    case $line in
        "Title: "*) title=${line#"Title: "} ;;
        "Changed files: "*) files=${line#"Changed files: "} ;;
    esac
done

# Into a JSON string go only characters that need no escape there.
title=$(printf '%s' "$title" | tr -cd 'A-Za-z0-9 .,:;!?()/_-')
files=$(printf '%s' "$files" | tr -cd '0-9')
session=00000000-0000-4000-8000-000000000001

delta() {
    printf '{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}},"session_id":"%s","parent_tool_use_id":null}\n' "$1" "$session"
    sleep 0.05 2>/dev/null || :
}

printf '{"type":"system","subtype":"init","cwd":".","session_id":"%s","tools":[],"mcp_servers":[],"model":"stand-in","permissionMode":"default","apiKeySource":"none","output_style":"default"}\n' "$session"
printf '{"type":"stream_event","event":{"type":"message_start","message":{"id":"msg_stand_in","type":"message","role":"assistant","model":"stand-in","content":[],"stop_reason":null,"usage":{"input_tokens":120,"output_tokens":1}}},"session_id":"%s","parent_tool_use_id":null}\n' "$session"
printf '{"type":"stream_event","event":{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}},"session_id":"%s","parent_tool_use_id":null}\n' "$session"
delta "I looked at"
delta " the pull request: $title."
delta "\\nIt changes ${files:-some} files"
delta " and says why."
delta "\\nVERDICT: APPROVE"
delta "\\n"
text="I looked at the pull request: $title.\\nIt changes ${files:-some} files and says why.\\nVERDICT: APPROVE\\n"
printf '{"type":"assistant","message":{"id":"msg_stand_in","type":"message","role":"assistant","model":"stand-in","content":[{"type":"text","text":"%s"}],"stop_reason":null,"usage":{"input_tokens":120,"output_tokens":1}},"parent_tool_use_id":null,"session_id":"%s"}\n' "$text" "$session"
printf '{"type":"stream_event","event":{"type":"content_block_stop","index":0},"session_id":"%s","parent_tool_use_id":null}\n' "$session"
printf '{"type":"stream_event","event":{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":120,"output_tokens":24}},"session_id":"%s","parent_tool_use_id":null}\n' "$session"
printf '{"type":"stream_event","event":{"type":"message_stop"},"session_id":"%s","parent_tool_use_id":null}\n' "$session"
printf '{"type":"result","subtype":"success","is_error":false,"duration_ms":300,"duration_api_ms":0,"num_turns":1,"result":"%s","stop_reason":"end_turn","session_id":"%s","total_cost_usd":0,"usage":{"input_tokens":120,"output_tokens":24},"permission_denials":[]}\n' "$text" "$session"
