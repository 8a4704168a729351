package io.infloop.core.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.internal.process.Wrappers;
import io.infloop.core.internal.testing.Prerequisites;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A child's directory is looked at by the server, and opened a moment later; another child may work in it meanwhile. */
class ReplacedDirectoryTest {
    @TempDir
    Path work;

    @Test
    void aDirectoryThatBecameALinkIsNotShown() throws Exception {
        Path data = Files.createDirectories(work.toRealPath().resolve("data"));
        Path triggers = Files.createDirectories(data.resolve("triggers"));
        Files.writeString(triggers.resolve("secret"), "secret-canary");
        Path own = Files.createDirectories(data.resolve("own"));
        Path part = Files.createDirectories(own.resolve("part"));
        Files.writeString(part.resolve("secret"), "mine");
        Outcome before = run(data, own, part);
        Prerequisites.require(before.text().equals("mine"), before.error());

        Files.delete(part.resolve("secret"));
        Files.delete(part);
        Files.createSymbolicLink(part, triggers);
        Outcome after = run(data, part, part);

        assertThat(after.text()).isEmpty();
        assertThat(after.code()).isEqualTo(125);
        assertThat(after.error()).contains(NamespaceConfinement.FAILED, "replaced");
    }

    private record Outcome(int code, String text, String error) {}

    private static Outcome run(Path data, Path own, Path directory) throws Exception {
        String path = System.getenv("PATH");
        NamespaceConfinement confinement = new NamespaceConfinement(
                SandboxTools.find(name -> Wrappers.locate(name, path)), new HiddenPlaces(List.of(data)));
        Process process = new ProcessBuilder(confinement.command(new Launch(
                        Path.of("/bin/sh"),
                        List.of("-c", "cat secret"),
                        directory,
                        List.of(own),
                        List.of(),
                        Optional.empty())))
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text, error);
    }
}
