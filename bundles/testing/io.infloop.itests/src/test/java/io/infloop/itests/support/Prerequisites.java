package io.infloop.itests.support;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What a test needs of the machine. Where it is missing the test is skipped, which is seen in its report; in CI it fails. */
public final class Prerequisites {
    private static final String SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin";

    private Prerequisites() {}

    /**
     * The program of that name, outside of home directories.
     *
     * @param debianPackage what brings it
     */
    public static Path program(String name, String debianPackage) {
        Path found = Stream.of(SYSTEM_PATH.split(File.pathSeparator, -1))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        require(found != null, name + " is not installed (package " + debianPackage + ")");
        return found;
    }

    /** @param why what is missing, as a sentence */
    public static void require(boolean there, String why) {
        if (!there && Boolean.parseBoolean(System.getenv("CI"))) {
            throw new AssertionError(why + "; with CI=true this test must not be skipped");
        }
        Assumptions.assumeTrue(there, why);
    }
}
