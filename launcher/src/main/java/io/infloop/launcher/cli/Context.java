package io.infloop.launcher.cli;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.handover.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;

/**
 * What every command works with.
 *
 * @param home the unpacked distribution
 * @param out for results
 * @param err for messages
 */
public record Context(Environment environment, Path home, PrintStream out, PrintStream err) {
    /** The product's version. */
    public String version() {
        Properties properties = new Properties();
        try (InputStream in = Context.class.getResourceAsStream("/io/infloop/launcher/product.properties")) {
            properties.load(in);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return properties.getProperty("version");
    }

    /**
     * Refuses where children cannot be supervised.
     *
     * @throws CommandFailure on anything but Linux
     */
    public void requireLinux() {
        String system = System.getProperty("os.name", "");
        if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
            throw CommandFailure.refusal(
                    "not-linux",
                    "the server runs on Linux only, because it cannot supervise the processes of agents on " + system
                            + "; use a Linux machine, a virtual machine or a container");
        }
    }
}
