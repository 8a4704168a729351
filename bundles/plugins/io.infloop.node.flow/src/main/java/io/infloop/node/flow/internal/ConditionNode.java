package io.infloop.node.flow.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import org.osgi.service.component.annotations.Component;

/** Checks whether something is met. The checks themselves are {@link SentinelCheck} and {@link CommandCheck}. */
@Component(service = NodeType.class)
public final class ConditionNode implements NodeType {
    private static final NodeDescriptor DESCRIPTOR = NodeDescriptor.builder("condition", "Condition")
            .group("Control")
            .description("Checks whether something is met: a sentinel in a text, or a shell command that exits with 0."
                    + " The command itself is never templated, because a placeholder in a shell line would let whoever"
                    + " writes its value run commands; give values to it as variables (command.env) instead.")
            .icon("?")
            .configSchema(
                    """
                    {
                      "type": "object",
                      "properties": {
                        "kind": {
                          "type": "string",
                          "enum": ["sentinel", "command"],
                          "default": "sentinel",
                          "title": "Kind"
                        },
                        "against": {
                          "type": "string",
                          "title": "Text",
                          "description": "Where the sentinel is searched. Left out: the stdout of the node before."
                        },
                        "sentinel": {
                          "type": "object",
                          "title": "Sentinel",
                          "default": {"pattern": "", "isRegex": false},
                          "properties": {
                            "pattern": {"type": "string", "default": "", "title": "Sentinel"},
                            "isRegex": {
                              "type": "boolean",
                              "default": false,
                              "title": "Regular expression",
                              "description": "RE2 syntax."
                            }
                          },
                          "required": ["pattern", "isRegex"]
                        },
                        "command": {
                          "type": "object",
                          "title": "Command",
                          "properties": {
                            "cmd": {
                              "type": "string",
                              "title": "Command",
                              "description": "A line for /bin/sh. Placeholders are not replaced here: use variables."
                            },
                            "env": {
                              "type": "object",
                              "title": "Variables",
                              "description": "Environment variables for the command, e.g. BRANCH, used as \\"$BRANCH\\".",
                              "additionalProperties": {"type": "string"}
                            }
                          },
                          "required": ["cmd"]
                        },
                        "cwd": {
                          "type": "string",
                          "title": "Working directory",
                          "description": "An absolute path. Left out: an empty directory of this node's own."
                        },
                        "timeoutMs": {
                          "type": "number",
                          "default": 30000,
                          "exclusiveMinimum": 0,
                          "title": "Time limit (ms)"
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
                          "description": "Hosts that the command needs, such as api.acme.example or *.acme.example. Enforced in the jail, where without this list there is no network at all, and where the server enforces egress. Left out: none declared.",
                          "items": {"type": "string"}
                        }
                      },
                      "required": ["kind"]
                    }
                    """)
            .templated("against", "cwd", "command.env.*")
            .output("met", "boolean", "Whether the condition is met.")
            .output("detail", "string", "Why, in a few words.")
            .output("stdout", "string", "What the command wrote; commands only.")
            .output("stderr", "string", "What the command wrote to its error output; commands only.")
            .output("exitCode", "number", "Exit code of the command, null if it was killed; commands only.")
            .output("errorMessage", "string", "Why nothing could be checked; at error only.")
            .handles("met", "not_met", "error")
            .resultEvent("condition_checked", "met", "detail")
            .build();

    @Override
    public NodeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public NodeOutcome execute(NodeContext context) throws InterruptedException {
        if (context.config().isEmpty()) {
            return cannotCheck("missing condition config");
        }
        Object kind = context.config().get("kind");
        if ("sentinel".equals(kind)) {
            return SentinelCheck.check(context);
        }
        if ("command".equals(kind)) {
            return CommandCheck.check(context);
        }
        if ("judge".equals(kind)) {
            return cannotCheck("this version has no judge; use the kind sentinel or command");
        }
        return cannotCheck("unknown condition kind: " + (kind instanceof String text ? text : "undefined"));
    }

    static NodeOutcome checked(boolean met, String detail) {
        return checked(met, detail, JsonObject.EMPTY);
    }

    static NodeOutcome checked(boolean met, String detail, JsonObject more) {
        JsonObject outputs = JsonObject.builder()
                .put("met", met)
                .put("detail", detail)
                .putAll(more)
                .build();
        return NodeOutcome.follow(met ? "met" : "not_met", outputs);
    }

    static NodeOutcome cannotCheck(String reason) {
        String detail = "check error: " + reason;
        return NodeOutcome.error(JsonObject.builder()
                .put("met", false)
                .put("detail", detail)
                .put("errorMessage", detail)
                .build());
    }
}
