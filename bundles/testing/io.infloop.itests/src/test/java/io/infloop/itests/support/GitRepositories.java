package io.infloop.itests.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Repositories for agents to work in. */
public final class GitRepositories {
    private GitRepositories() {}

    /** A repository with one commit of {@code a.txt} on {@code main}. */
    public static Path create(Path directory) throws IOException, InterruptedException {
        Path repository = Files.createDirectories(directory).toRealPath();
        git(repository, "init", "-q", "-b", "main");
        Files.writeString(repository.resolve("a.txt"), "one\n");
        git(repository, "add", "-A");
        git(repository, "commit", "-q", "-m", "first");
        return repository;
    }

    /** @return what it prints, both streams */
    public static String git(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("git", "-c", "user.name=Test", "-c", "user.email=test@example.com"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
