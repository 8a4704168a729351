package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever docs/openapi.yaml describes is away for a moment at most, and never unknown. */
class DescribedPathsTest {
    private static final Pattern PATH = Pattern.compile("(?m)^  /api(/[^:]+):$");

    @Test
    void aPathOfOursIsNeverUnknown() throws IOException {
        Matcher paths = PATH.matcher(Files.readString(Path.of("../../../docs/openapi.yaml")));
        List<String> unknown = new ArrayList<>();
        int described = 0;
        while (paths.find()) {
            described++;
            String path = paths.group(1).replaceAll("\\{[a-zA-Z]+}", "x");
            if (Fakes.get(new UnknownResource(), path).status() != 503) {
                unknown.add(path);
            }
        }
        assertThat(described).isGreaterThan(30);
        assertThat(unknown).isEmpty();
        assertThat(Fakes.get(new UnknownResource(), "/nothing").status()).isEqualTo(404);
    }
}
