package io.infloop.core.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.internal.process.Wrappers;
import io.infloop.core.internal.testing.Prerequisites;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

    /** A moment later still: between what was looked at and what bubblewrap mounts. */
    @Test
    void aDirectoryThatBecomesALinkBeforeItIsMountedIsNotShownInTheJail() throws Exception {
        Path bwrap = Prerequisites.program("bwrap", "bubblewrap");
        Path data = Files.createDirectories(work.toRealPath().resolve("data"));
        Path triggers = Files.createDirectories(data.resolve("triggers"));
        Files.writeString(triggers.resolve("secret"), "secret-canary");
        Path tree = Files.createDirectories(work.toRealPath().resolve("tree"));
        Files.writeString(tree.resolve("secret"), "mine");
        Outcome before = inJail(bwrap, data, tree);
        Prerequisites.require(before.text().equals("mine"), before.error());

        Path replacing = Files.writeString(
                work.resolve("replacing"),
                "#!/bin/sh\nmv '%s' '%s.away'\nln -s '%s' '%s'\nexec %s \"$@\"\n"
                        .formatted(tree, tree, triggers, tree, bwrap));
        Files.setPosixFilePermissions(replacing, PosixFilePermissions.fromString("rwx------"));
        Outcome during = inJail(replacing, data, tree);
        assertThat(during.text()).isEmpty();
        assertThat(during.code()).isEqualTo(125);
        assertThat(during.error()).contains(NamespaceConfinement.FAILED, "replaced");

        Outcome after = inJail(bwrap, data, tree);
        assertThat(after.text()).isEmpty();
        assertThat(after.code()).isEqualTo(125);
        assertThat(after.error()).contains(NamespaceConfinement.FAILED, "replaced");
    }

    private Outcome inJail(Path bwrap, Path data, Path directory) throws Exception {
        SandboxTools found = tools();
        SandboxTools tools = new SandboxTools(
                found.sh(),
                found.setsid(),
                found.setpriv(),
                found.unshare(),
                found.mount(),
                Optional.of(bwrap),
                found.bridge(),
                found.uid(),
                found.gid(),
                found.pid());
        JailConfinement confinement = new JailConfinement(
                tools,
                new HiddenPlaces(List.of(data)),
                JailFiles.write(work.resolve("files"), found.uid(), found.gid()));
        Path home = Files.createDirectories(work.resolve("home"));
        return run(confinement.command(Launch.of(
                Path.of("/bin/sh"),
                List.of("-c", "cat secret"),
                directory,
                Optional.of(new Launch.Jail(home, Optional.empty())))));
    }

    private static SandboxTools tools() {
        String path = System.getenv("PATH");
        return SandboxTools.find(name -> Wrappers.locate(name, path));
    }

    private record Outcome(int code, String text, String error) {}

    private static Outcome run(Path data, Path own, Path directory) throws Exception {
        NamespaceConfinement confinement =
                new NamespaceConfinement(tools(), new HiddenPlaces(List.of(data)), Optional.empty());
        return run(confinement.command(new Launch(
                Path.of("/bin/sh"),
                List.of("-c", "cat secret"),
                directory,
                List.of(own),
                List.of(),
                Optional.empty())));
    }

    private static Outcome run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text, error);
    }
}
