package io.infloop.core.internal.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.posture.PostureLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfCheckTest {
    private static final String TOKEN = "canary-tökèn-5f1d";
    private static final String KEY = "canary-key-77aa";
    private static final List<String> OPTIONS = List.of("-Xmx512m", "-XX:+DisableAttachMechanism");
    private static final Map<String, String> SECRETS = Map.of(
            "INFLOOP_API_TOKEN",
            TOKEN,
            "ANTHROPIC_API_KEY",
            KEY,
            "PATH",
            "/usr/bin",
            "LANG",
            "C",
            "SSH_TOKEN_FILE",
            "/f");

    @TempDir
    private Path proc;

    @Test
    void saysNothingWhereNothingIsShown() throws IOException {
        process(30, 20, "java", "PATH=/usr/bin\0LANG=C\0", "java\0-cp\0x\0");
        process(20, 1, "bash", "PATH=/usr/bin\0ANTHROPIC_API_KEY=another\0SSH_TOKEN_FILE=/f\0", "bash\0");
        process(1, 0, "init", "", "init\0");

        SelfCheck check = check(OPTIONS);

        assertThat(check.findings()).isEmpty();
        assertThat(check.posture()).singleElement().matches(PostureLine::isSafe);
    }

    @Test
    void namesEachProcessAboveAndWhatItShows() throws IOException {
        process(30, 20, "java", "", "java\0");
        process(20, 10, "a) b (sh", "X=1\0ANTHROPIC_API_KEY=" + KEY + "\0INFLOOP_API_TOKEN=" + TOKEN + " \0", "sh\0");
        process(10, 1, "tini", "MY_OWN=Bearer " + TOKEN + "\0", "tini\0");
        process(1, 0, "init", "ANTHROPIC_API_KEY=" + KEY + "\0", "init\0");

        SelfCheck check = check(OPTIONS);

        assertThat(check.findings()).hasSize(3);
        assertThat(check.findings().get(0))
                .startsWith("the process above the server (20, a??b??sh) shows ANTHROPIC_API_KEY, INFLOOP_API_TOKEN")
                .contains("INFLOOP_API_TOKEN_FILE");
        assertThat(check.findings().get(1)).startsWith("the process above the server (10, tini) shows MY_OWN");
        assertThat(check.findings().get(2))
                .startsWith("the process above the server (1, init) shows ANTHROPIC_API_KEY");
        assertThat(check.posture()).hasSize(3).noneMatch(PostureLine::isSafe);
        assertThat(check.findings().toString() + check.posture())
                .doesNotContain(TOKEN)
                .doesNotContain(KEY);
    }

    @Test
    void looksAtTheServerItselfAndAtCommandLines() throws IOException {
        process(30, 20, "java", "INFLOOP_API_TOKEN=" + TOKEN + "\0", "java\0-Dx=" + KEY + "\0");
        process(20, 0, "sh", "", "sh\0-c\0INFLOOP_API_TOKEN=" + TOKEN + " infloop start\0");

        assertThat(check(OPTIONS).findings())
                .satisfiesExactly(
                        own -> assertThat(own)
                                .startsWith("the server itself (process 30, java) shows INFLOOP_API_TOKEN"),
                        said -> assertThat(said).contains("value of ANTHROPIC_API_KEY in its command line"),
                        above -> assertThat(above).contains("(20, sh) has the value of INFLOOP_API_TOKEN"));
    }

    @Test
    void anUnreadableProcessIsNoFindingAndEndsNothing() throws IOException {
        process(30, 20, "java", "", "java\0");
        process(20, 1, "sudo", "", "sudo\0");
        Files.delete(proc.resolve("20/environ"));
        process(1, 0, "init", "INFLOOP_API_TOKEN=" + TOKEN + "\0", "init\0");

        assertThat(check(OPTIONS).findings()).singleElement().asString().contains("(1, init)");
    }

    @Test
    void aCircleEnds() throws IOException {
        process(30, 20, "java", "", "java\0");
        process(20, 30, "sh", "", "sh\0");

        assertThat(check(OPTIONS).findings()).isEmpty();
    }

    @Test
    void theAttachMechanismMustBeOffWhateverTheOperatorAdds() {
        assertThat(check(List.of()).findings()).singleElement().asString().contains("attach mechanism is on");
        assertThat(check(List.of("-XX:+DisableAttachMechanism", "-XX:-DisableAttachMechanism"))
                        .findings())
                .hasSize(1);
        assertThat(check(List.of("-XX:+DisableAttachMechanism", "-agentlib:jdwp=transport=dt_socket"))
                        .findings())
                .singleElement()
                .asString()
                .contains("-agentlib");
    }

    private SelfCheck check(List<String> options) {
        return new SelfCheck(proc, 30, SECRETS, options);
    }

    private void process(long pid, long parent, String name, String environ, String cmdline) throws IOException {
        Path directory = Files.createDirectory(proc.resolve(Long.toString(pid)));
        Files.writeString(
                directory.resolve("stat"),
                pid + " (" + name + ") S " + parent + " 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0",
                StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("comm"), name + "\n", StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("environ"), environ, StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("cmdline"), cmdline, StandardCharsets.UTF_8);
    }
}
