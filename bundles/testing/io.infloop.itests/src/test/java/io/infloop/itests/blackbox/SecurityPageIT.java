package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every test that docs/security.md names exists. */
class SecurityPageIT {
    private static final Path ROOT = Path.of("../../..");
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT))(?:\\.([a-z][A-Za-z0-9]*))?`");

    @Test
    void everyNamedTestExists() throws IOException {
        Map<String, String> sources = sources();
        List<String> missing = new ArrayList<>();
        int named = 0;
        Matcher matcher = NAMED.matcher(Files.readString(ROOT.resolve("docs/security.md")));
        while (matcher.find()) {
            named++;
            String source = sources.getOrDefault(matcher.group(1), "");
            String method = matcher.group(2);
            if (source.isEmpty() || (method != null && !source.contains("void " + method + "("))) {
                missing.add(matcher.group());
            }
        }

        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(50);
    }

    /** By class; those of one name are put together. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String folder : List.of("bundles", "launcher")) {
            try (Stream<Path> tree = Files.walk(ROOT.resolve(folder))) {
                for (Path file : tree.filter(path -> path.toString().matches(".*/src/test/java/.*(Test|IT)\\.java"))
                        .toList()) {
                    sources.merge(
                            file.getFileName().toString().replace(".java", ""), Files.readString(file), String::concat);
                }
            }
        }
        return sources;
    }
}
