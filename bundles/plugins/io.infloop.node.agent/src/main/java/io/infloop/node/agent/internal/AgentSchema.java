package io.infloop.node.agent.internal;

/** The JSON Schema of the node's configuration. */
final class AgentSchema {
    static final String JSON =
            """
            {
              "type": "object",
              "properties": {
                "providerId": {
                  "type": "string",
                  "default": "claude",
                  "title": "Provider",
                  "description": "Id of an agent provider."
                },
                "prompt": {"type": "string", "default": "", "title": "Task"},
                "cwd": {
                  "type": "string",
                  "default": "",
                  "title": "Working directory",
                  "description": "An absolute path, within the workspace roots where these are set. Required by command-line agents."
                },
                "timeoutMs": {
                  "type": "number",
                  "default": 1800000,
                  "title": "Time limit (ms)",
                  "description": "0 for none."
                },
                "profile": {"type": "string", "title": "Model or profile", "description": "For agents that have them."},
                "agent": {"type": "string", "title": "Sub-agent", "description": "For agents that have them."},
                "skipPermissions": {
                  "type": "boolean",
                  "default": false,
                  "title": "Skip permission prompts (dangerous)",
                  "description": "Lets the agent use every tool without asking. Only for prompts you trust."
                },
                "useWorktree": {
                  "type": "boolean",
                  "default": true,
                  "title": "Run in isolated git worktree",
                  "description": "The agent gets a fresh copy of the repository around its working directory; what it changes is kept on a branch. Uncheck it for a directory that is not a git repository. Command-line agents only; off in a document that does not say."
                },
                "worktreeRef": {"type": "string", "title": "Worktree base", "description": "Blank for HEAD."},
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
                  "description": "Hosts that it needs besides those of the agent's manifest, such as github.com or *.acme.example. Enforced in the jail and where the server enforces egress.",
                  "items": {"type": "string"}
                }
              },
              "required": ["providerId", "prompt"]
            }
            """;

    private AgentSchema() {}
}
