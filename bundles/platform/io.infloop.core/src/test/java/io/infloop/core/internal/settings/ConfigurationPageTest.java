package io.infloop.core.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} is the catalogue of settings. {@code -Dinfloop.docs.write=true} writes it anew. */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("../../../docs/configuration.md");

    @Test
    void thePageIsTheCatalogue() throws IOException {
        String expected = page();
        if (Boolean.getBoolean("infloop.docs.write")) {
            Files.writeString(PAGE, expected);
        }

        assertThat(Files.readString(PAGE))
                .as("write docs/configuration.md anew: mvn -pl :io.infloop.core test -Dtest=ConfigurationPageTest"
                        + " -Dinfloop.docs.write=true")
                .isEqualTo(expected);
    }

    @Test
    void noNameIsDeclaredTwiceAndEveryMeaningIsASentence() {
        Set<String> names = new HashSet<>();
        for (Setting<?> setting : SettingCatalogue.ALL) {
            assertThat(names.add(setting.name())).as(setting.name()).isTrue();
            assertThat(setting.meaning()).endsWith(".");
        }
    }

    private static String page() {
        StringBuilder text = new StringBuilder(
                """
                # Settings

                Generated from the server's own list of settings; `bin/infloop doctor` shows the values in force and where they come from.

                Settings are environment variables, read once at start. A value that cannot be read falls back to the default with a warning; where that
                would weaken security or a budget ("strict" below) the server refuses to start instead. A variable that begins with `INFLOOP_` and
                is not known is reported, with the name you may have meant. A leading `~/` in a path is the home directory; directories are made if missing.
                """);
        for (SettingGroup group : SettingGroup.values()) {
            text.append("\n## ").append(group.title()).append("\n\n");
            text.append("| name | type | default | safe value | meaning |\n|---|---|---|---|---|\n");
            SettingCatalogue.ALL.stream()
                    .filter(setting -> setting.group() == group)
                    .forEach(setting -> text.append(row(setting)));
        }
        return text.toString();
    }

    private static String row(Setting<?> setting) {
        return "| `" + setting.name() + "` | " + setting.type().label() + (setting.strict() ? "; strict" : "") + " | `"
                + setting.standard().text() + "` | "
                + setting.safety().map(Safety::safeValue).orElse("any") + " | " + setting.meaning() + " |\n";
    }
}
