package io.infloop.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.launcher.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReadableTest {
    @Test
    void showsMembersListsAndTables() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        Readable.print(
                JsonText.object(
                        """
                        {"exit":0,"java":{"version":"17"},"none":[],"names":["a","b"],
                         "tools":[{"name":"git","found":true},{"name":"bun","found":false,"note":"not needed"}]}
                        """),
                new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "java:",
                        "  version: 17",
                        "none: none",
                        "names: a, b",
                        "tools:",
                        "  git  true",
                        "  bun  false  not needed");
    }
}
