package io.infloop.launcher.cli;

import jakarta.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says which version this is. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Prints the version of the product and of Java.")
final class VersionCommand implements Runnable {
    private final Context context;

    @Mixin
    private OutputOption output;

    VersionCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        String java = Runtime.version().toString();
        if (output.json()) {
            context.out()
                    .println(Json.createObjectBuilder()
                            .add("version", context.version())
                            .add("java", java)
                            .build());
        } else {
            context.out().println("Infinite Loop " + context.version() + " on Java " + java);
        }
    }
}
