package io.infloop.node.script.internal;

/** The JSON Schema of the node's configuration. */
final class ScriptSchema {
    static final String JSON =
            """
            {
              "type": "object",
              "properties": {
                "language": {"type": "string", "enum": ["py"], "default": "py", "title": "Language"},
                "code": {
                  "type": "string",
                  "title": "Code",
                  "description": "Defines run(...) at top level. Placeholders are not replaced here: use inputs.",
                  "default": "def run(arg1, arg2):\\n    return {\\"output1\\": arg1 + arg2}\\n"
                },
                "inputs": {
                  "type": "object",
                  "title": "Inputs",
                  "description": "The arguments of run, in this order; each arrives as a text.",
                  "default": {"arg1": "", "arg2": ""},
                  "additionalProperties": {"type": "string"}
                },
                "outputs": {
                  "type": "array",
                  "title": "Outputs",
                  "description": "Members of the returned object that become outputs of this node. Names of the built-in outputs (stdout, stderr, exitCode, durationMs, timedOut, language, errorMessage) cannot be replaced.",
                  "default": ["output1"],
                  "items": {"type": "string"}
                },
                "cwd": {
                  "type": "string",
                  "title": "Working directory",
                  "description": "An absolute path. Left out: an empty directory of this node's own."
                },
                "timeoutMs": {
                  "type": "number",
                  "default": 60000,
                  "title": "Time limit (ms)",
                  "description": "0 for none."
                },
                "sandbox": {
                  "type": "string",
                  "enum": ["", "user", "namespace", "jail"],
                  "default": "",
                  "title": "Isolation",
                  "description": "Wished for: used where the machine can do it. Adds to what the server does for every program, never takes from it."
                },
                "sandboxRequired": {
                  "type": "string",
                  "enum": ["", "user", "namespace", "jail"],
                  "default": "",
                  "title": "Isolation required",
                  "description": "Below it the node does not run and leaves at error."
                },
                "egressAllowlist": {
                  "type": "array",
                  "title": "Allowed hosts",
                  "description": "Hosts that it needs, such as api.acme.example or *.acme.example. Enforced in the jail, where without this list there is no network at all, and where the server enforces egress. Left out: none declared.",
                  "items": {"type": "string"}
                }
              },
              "required": ["language", "code"]
            }
            """;

    private ScriptSchema() {}
}
