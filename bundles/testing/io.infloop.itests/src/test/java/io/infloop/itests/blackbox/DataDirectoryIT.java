package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may read what a server writes, and where it writes. */
class DataDirectoryIT {
    /** Filled by whoever installs plugins, here by tests. */
    private static final Set<String> NOT_WRITTEN_BY_THE_SERVER = Set.of("plugins", "providers", "webhook-plugins");

    @Test
    void whatTheServerWritesIsItsOwnersOnly() throws IOException {
        Server server = SharedServer.get();
        Path child = server.data().resolveSibling("modes-child");
        Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("modes"));
        Fixtures.saveWorkflow(server, Fixtures.sleepingWorkflow("modes-active", child));
        String trigger = Fixtures.gitHubTrigger(server, "modes");
        Answer accepted = server.send(
                GitHub.delivery(server, trigger, "pull_request", SECRET, GitHub.pullRequest("opened", 1, "fix")));
        Fixtures.awaitRun(server, "modes", accepted.json().path("correlationId").asText());
        Answer active = server.post("/api/run", "{\"workflowId\":\"modes-active\"}");
        Fixtures.awaitPid(child);

        List<String> names = new ArrayList<>();
        List<String> loose = new ArrayList<>();
        Files.walkFileTree(server.data(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                check(directory, "rwx------");
                Path name = server.data().relativize(directory);
                // What is in the directory of an instance is reached through that directory only.
                boolean enough = name.getNameCount() == 2 && name.startsWith("instances")
                        || NOT_WRITTEN_BY_THE_SERVER.contains(name.toString());
                return enough ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                check(file, "rw-------");
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }

            private void check(Path path, String expected) throws IOException {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                String name = server.data().relativize(path).toString();
                names.add(name);
                if (!mode.equals(expected)) {
                    loose.add(mode + " " + name);
                }
            }
        });
        server.post(
                "/api/run/stop", "{\"runId\":\"" + active.json().path("runId").asText() + "\"}");

        assertThat(loose).isEmpty();
        assertThat(names)
                .contains("FORMAT", "store.db", "store.db-wal", "audit/audit.jsonl", "triggers/" + trigger + ".json")
                .anyMatch(name -> name.startsWith("runs/modes/"))
                .anyMatch(name -> name.startsWith("active-runs/"))
                .anyMatch(name -> name.startsWith("pids/"))
                .anyMatch(name -> name.matches("instances/[^/]*\\.json"));
    }

    @Test
    void refusesADirectoryThatLeadsOut() throws IOException {
        Path data = Distribution.temporaryDirectory("link-out").resolve("data");
        Path outside = Files.createDirectories(data.resolveSibling("outside"));
        Files.createDirectories(data);
        Files.createSymbolicLink(data.resolve("runs"), outside);
        try (Server server = Server.on(data).launch()) {
            assertThat(server.awaitExit(Duration.ofSeconds(60))).isEqualTo(78);
            assertThat(server.log())
                    .contains("refusing-to-start: data-directory-link")
                    .contains(data.resolve("runs").toString());
        }
        assertThat(outside).isEmptyDirectory();
    }
}
