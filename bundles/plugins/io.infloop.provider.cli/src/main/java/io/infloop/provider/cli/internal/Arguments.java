package io.infloop.provider.cli.internal;

import io.infloop.spi.provider.AgentRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Makes the arguments of one run out of those of the manifest. All substitution is literal. */
final class Arguments {
    private static final String PROMPT = "{prompt}";
    static final String AGENT = "{agent}";
    private static final String DANGEROUS = "{dangerousArgs}";

    /** The kernel's limit for one argument, its terminating zero included. */
    private static final int ARGUMENT_BYTES_MAX = 128 * 1024;

    private Arguments() {}

    static List<String> of(CliManifest manifest, AgentRequest request) throws RefusedArgumentException {
        String agent = request.agent().map(String::strip).orElse("");
        if (agent.startsWith("-") || agent.indexOf('\0') >= 0) {
            throw new RefusedArgumentException(
                    "the name of the sub-agent would be read as an option; it may not begin" + " with '-'");
        }
        List<String> dangerous = request.skipPermissions() ? manifest.dangerousArgs() : List.of();
        List<String> arguments = new ArrayList<>();
        if (!manifest.args().contains(DANGEROUS)) {
            arguments.addAll(dangerous);
        }
        boolean optionsEnded = false;
        for (String token : manifest.args()) {
            if (token.equals(DANGEROUS)) {
                arguments.addAll(dangerous);
            } else if (token.equals(AGENT) && agent.isEmpty()) {
                dropOptionOfMissingValue(arguments);
            } else if (token.contains(AGENT) && agent.isEmpty()) {
                continue;
            } else {
                String argument = token.replace(AGENT, agent);
                // Looked for in the manifest's token: an agent's name that happens to be "{prompt}" is a name.
                if (token.contains(PROMPT) && manifest.promptVia() == PromptVia.ARG) {
                    argument = withPrompt(token, agent, request.prompt(), optionsEnded);
                }
                optionsEnded |= token.equals("--");
                arguments.add(argument);
            }
        }
        return arguments;
    }

    private static void dropOptionOfMissingValue(List<String> arguments) {
        int last = arguments.size() - 1;
        if (last >= 0 && arguments.get(last).startsWith("-")) {
            arguments.remove(last);
        }
    }

    private static String withPrompt(String token, String agent, String prompt, boolean optionsEnded)
            throws RefusedArgumentException {
        if (prompt.startsWith("-") && token.startsWith(PROMPT) && !optionsEnded) {
            throw new RefusedArgumentException("the prompt begins with '-' and would be read as an option;"
                    + " let the manifest use promptVia stdin, or put \"--\" before {prompt}");
        }
        if (prompt.indexOf('\0') >= 0) {
            throw new RefusedArgumentException(
                    "the prompt holds a zero character, which no argument can; let the manifest use promptVia stdin");
        }
        StringBuilder argument = new StringBuilder();
        int from = 0;
        for (int at = token.indexOf(PROMPT); at >= 0; at = token.indexOf(PROMPT, from)) {
            argument.append(token.substring(from, at).replace(AGENT, agent)).append(prompt);
            from = at + PROMPT.length();
        }
        argument.append(token.substring(from).replace(AGENT, agent));
        if (argument.toString().getBytes(StandardCharsets.UTF_8).length >= ARGUMENT_BYTES_MAX) {
            throw new RefusedArgumentException("the prompt is longer than the " + ARGUMENT_BYTES_MAX / 1024
                    + " KiB an argument can hold; let the manifest use promptVia stdin");
        }
        return argument.toString();
    }
}
