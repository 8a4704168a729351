package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchMechanismTest {
    @ParameterizedTest
    @CsvSource({"17, VFORK", "21, VFORK", "24, VFORK", "25, ", "26, "})
    void isChosenOnlyWhereTheJvmHasItAndDoesNotComplain(int java, String expected) {
        assertThat(LaunchMechanism.best("Linux", java).orElse(null)).isEqualTo(expected);
    }

    @Test
    void isLeftToTheJvmElsewhere() {
        assertThat(LaunchMechanism.best("Mac OS X", 17)).isEmpty();
        assertThat(LaunchMechanism.best("Windows 11", 17)).isEmpty();
    }

    @Test
    void whatSomebodyChoseStays() {
        String property = "jdk.lang.Process.launchMechanism";
        String before = System.getProperty(property);
        try {
            System.setProperty(property, "POSIX_SPAWN");
            new Spawner().close();

            assertThat(System.getProperty(property)).isEqualTo("POSIX_SPAWN");
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }
}
