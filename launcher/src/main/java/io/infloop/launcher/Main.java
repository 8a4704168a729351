package io.infloop.launcher;

import io.infloop.launcher.cli.CommandLines;
import io.infloop.launcher.cli.Context;
import io.infloop.launcher.cli.Failures;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.handover.Environment;
import io.infloop.launcher.handover.HandOver;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Entry point; started by {@code bin/infloop} only. */
public final class Main {
    /** System property set by the start script: the unpacked distribution. */
    static final String HOME = "infloop.home";

    private Main() {}

    public static void main(String[] arguments) {
        PrintStream out = utf8(FileDescriptor.out);
        PrintStream err = utf8(FileDescriptor.err);
        System.exit(run(arguments, out, err));
    }

    private static int run(String[] arguments, PrintStream out, PrintStream err) {
        try {
            Environment environment = new Environment(HandOver.receive());
            String home = System.getProperty(HOME);
            if (home == null) {
                throw CommandFailure.refusal("configuration", "start it with bin/infloop");
            }
            Path homeDirectory = Path.of(home);
            if (System.getProperty("logback.configurationFile") == null) {
                System.setProperty(
                        "logback.configurationFile",
                        homeDirectory.resolve("config/logback.xml").toString());
            }
            return CommandLines.execute(new Context(environment, homeDirectory, out, err), arguments);
        } catch (CommandFailure failure) {
            return Failures.report(out, err, Failures.wantJson(arguments), failure);
        }
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
