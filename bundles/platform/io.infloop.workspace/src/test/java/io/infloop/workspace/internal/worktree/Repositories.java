package io.infloop.workspace.internal.worktree;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.process.ProcessOwner;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.WorkspaceRoots;
import io.infloop.spi.workspace.Worktree;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.Worktrees.TreeOwner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server's worktrees, a repository with one commit, and an agent that runs git in the ordinary way. */
final class Repositories {
    static final String RUN = "12345678-1111-4111-8111-111111111111";
    static final String CORRELATION = "cid_0123456789abcdefghij";

    final Path base;
    final Path data;
    final Path repository;
    /** Whatever of the attacks is executed makes this file. */
    final Path canary;

    final PlainLauncher launcher;
    final List<AuditEvent> audit = new CopyOnWriteArrayList<>();
    final List<Path> announced = new CopyOnWriteArrayList<>();
    /** What was given to another user and taken back. */
    final List<String> hands = new CopyOnWriteArrayList<>();

    volatile boolean keepsHold;
    final GitWorktrees worktrees;
    volatile List<Path> roots = List.of();

    Repositories(Path temporary) throws IOException, InterruptedException {
        base = temporary.toRealPath();
        data = Files.createDirectories(base.resolve("data"));
        repository = Files.createDirectories(base.resolve("repo"));
        canary = base.resolve("canary");
        launcher = new PlainLauncher(Files.createDirectories(base.resolve("home")));
        worktrees = server("server-1");
        git(repository, "init", "-q", "-b", "main");
        Files.createDirectories(repository.resolve("sub"));
        Files.writeString(repository.resolve("a.txt"), "one\n");
        Files.writeString(repository.resolve("sub/b.txt"), "two\n");
        Files.writeString(repository.resolve(".gitignore"), "*.log\n");
        git(repository, "add", "-A");
        git(repository, "commit", "-q", "-m", "first");
    }

    /** Another server on the same data. */
    GitWorktrees server(String id) throws IOException {
        Path directory = Files.createDirectories(data.resolve("instances").resolve(id));
        return new GitWorktrees(
                data, new Instance(id, directory), new Supervisor(), new Roots(), new Audit(), Clock.systemUTC());
    }

    RunWorktrees node(String nodePath) {
        return node(nodePath, TreeKind.WORKTREE);
    }

    RunWorktrees node(String nodePath, TreeKind kind) {
        return worktrees.forNode(
                new TreeOwner(RUN, "flow", CORRELATION, nodePath), kind, Cancellation.NEVER, announced::add);
    }

    Worktree open(String nodePath) throws IOException, InterruptedException {
        return node(nodePath).open(repository, Optional.empty());
    }

    TreeRecord settled() throws InterruptedException {
        List<TreeRecord> trees = worktrees.settle(RUN);
        assertThat(trees).hasSize(1);
        return trees.get(0);
    }

    List<String> auditTypes() {
        return audit.stream().map(AuditEvent::type).toList();
    }

    Optional<TreeRecord> apply(TreeRecord tree) throws InterruptedException {
        return worktrees.apply("flow", RUN, tree.id(), Actor.API_TOKEN);
    }

    Optional<TreeRecord> discard(TreeRecord tree) throws InterruptedException {
        return worktrees.discard("flow", RUN, tree.id(), Actor.API_TOKEN);
    }

    /** A program that leaves the canary, and passes its input on. */
    Path trap() throws IOException {
        Path trap = base.resolve("trap.sh");
        Files.writeString(trap, "#!/bin/sh\necho \"$0 $*\" >> '" + canary + "'\ncat\n");
        Files.setPosixFilePermissions(trap, PosixFilePermissions.fromString("rwxr-xr-x"));
        return trap;
    }

    String commit(String name) throws IOException, InterruptedException {
        return git(repository, "rev-parse", name).strip();
    }

    String show(String what) throws IOException, InterruptedException {
        return git(repository, "show", what);
    }

    /** Git as a person or an agent runs it, with everything that the repository says. */
    String git(Path directory, String... arguments) throws IOException, InterruptedException {
        return run(directory, true, arguments);
    }

    String tryGit(Path directory, String... arguments) throws IOException, InterruptedException {
        return run(directory, false, arguments);
    }

    private String run(Path directory, boolean must, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "git",
                "-c",
                "user.name=Agent",
                "-c",
                "user.email=agent@example.com",
                "-c",
                "protocol.file.allow=always"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH", "/usr/local/bin:/usr/bin:/bin",
                        "HOME", base.resolve("home").toString(),
                        "GIT_CONFIG_NOSYSTEM", "1"));
        Process process = builder.redirectInput(Path.of("/dev/null").toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (must) {
            assertThat(code).as("git %s: %s", List.of(arguments), output).isZero();
        }
        return output;
    }

    private record Instance(String id, Path directory) implements ServerInstance {
        @Override
        public long pid() {
            return 1;
        }

        @Override
        public Instant startedAt() {
            return Instant.EPOCH;
        }

        @Override
        public String version() {
            return "0";
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public boolean isAlive(String instanceId) {
            return instanceId.equals(id);
        }
    }

    private final class Supervisor implements ProcessSupervisor {
        @Override
        public void handOver(Path tree) {
            hands.add("give");
        }

        @Override
        public void takeBack(Path tree) throws IOException {
            if (keepsHold) {
                throw new IOException("it is held");
            }
            hands.add("take");
        }

        @Override
        public ProcessLauncher launcherFor(ProcessOwner owner) {
            return launcher;
        }

        @Override
        public int reapOrphans() {
            return 0;
        }

        @Override
        public int childCount() {
            return 0;
        }
    }

    private final class Roots implements WorkspaceRoots {
        @Override
        public List<Path> roots() {
            return roots;
        }

        @Override
        public Path directory(String path) throws IOException {
            Path real = Path.of(path).toRealPath();
            if (!roots.isEmpty() && roots.stream().noneMatch(real::startsWith)) {
                throw new IOException(path + " is outside of the workspace roots");
            }
            return real;
        }
    }

    private final class Audit implements AuditLog {
        @Override
        public void append(AuditEvent event) {
            audit.add(event);
        }

        @Override
        public long writeErrors() {
            return 0;
        }

        @Override
        public Page read(Query query) {
            return new Page(List.of(), Optional.empty());
        }
    }
}
