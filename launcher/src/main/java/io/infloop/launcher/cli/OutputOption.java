package io.infloop.launcher.cli;

import picocli.CommandLine.Option;

/** The option that every command has. */
final class OutputOption {
    @Option(names = "--json", description = "Print the result as one JSON object on standard output.")
    private boolean json;

    boolean json() {
        return json;
    }
}
