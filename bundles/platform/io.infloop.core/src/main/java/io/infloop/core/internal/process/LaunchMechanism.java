package io.infloop.core.internal.process;

import java.util.Optional;

/**
 * How the JVM starts processes. Left alone it starts a helper program for each, which then becomes the child: twice the time that a
 * small program takes. VFORK needs no helper. Java 25 calls it deprecated, with a warning for each server, and later ones do not have
 * it; there the JVM's own choice stays.
 */
final class LaunchMechanism {
    private static final String PROPERTY = "jdk.lang.Process.launchMechanism";
    private static final int FIRST_WITH_WARNING = 25;

    private LaunchMechanism() {}

    /** To be called before the first process is started: the JVM looks once. What somebody chose stays. */
    static void choose() {
        if (System.getProperty(PROPERTY) == null) {
            best(System.getProperty("os.name", ""), Runtime.version().feature())
                    .ifPresent(value -> System.setProperty(PROPERTY, value));
        }
    }

    /** Empty: the JVM's own choice. A value that it does not know would keep it from starting anything. */
    static Optional<String> best(String system, int java) {
        return system.equals("Linux") && java < FIRST_WITH_WARNING ? Optional.of("VFORK") : Optional.empty();
    }
}
