package io.infloop.workspace.internal.git;

import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs git so that it trusts nobody: no system's or user's configuration, no hooks, monitors, helpers, editors, pagers or signing
 * programs, no protocol but local files, and bounds on time and output. Settings given on the command line override those of any
 * repository; programs that a repository may name freely (filters, diff and merge drivers) are out of reach because commands that
 * would look at them run on a {@link SealedDirectory} only.
 */
public final class Git {
    public static final Duration QUICK = Duration.ofMinutes(1);
    public static final Duration LONG = Duration.ofMinutes(10);

    private static final int CAPTURE_BYTES = 1024 * 1024;
    private static final int DETAIL_LENGTH = 400;

    private static final List<String> SETTINGS = List.of(
            "core.hooksPath=/dev/null",
            "core.fsmonitor=false",
            "core.untrackedCache=false",
            "core.splitIndex=false",
            "core.sshCommand=false",
            "core.askPass=false",
            "core.editor=false",
            "core.pager=cat",
            "core.attributesFile=/dev/null",
            "core.alternateRefsCommand=true",
            "core.quotePath=true",
            // The tree is removed once its content is in the object store: it has to be on disk by then.
            "core.fsync=all",
            "credential.helper=",
            "sequence.editor=false",
            "commit.gpgSign=false",
            "tag.gpgSign=false",
            "gpg.program=false",
            "gpg.ssh.program=false",
            "gpg.x509.program=false",
            "gc.auto=0",
            "maintenance.auto=false",
            "submodule.recurse=false",
            "fetch.recurseSubmodules=false",
            "diff.ignoreSubmodules=all",
            // Whose repository it is does not matter to one who believes none of its settings.
            "safe.directory=*");

    private static final Map<String, String> ENVIRONMENT = Map.ofEntries(
            Map.entry("GIT_CONFIG_NOSYSTEM", "1"),
            Map.entry("GIT_CONFIG_SYSTEM", "/dev/null"),
            Map.entry("GIT_CONFIG_GLOBAL", "/dev/null"),
            Map.entry("GIT_CONFIG_COUNT", "0"),
            Map.entry("GIT_ATTR_NOSYSTEM", "1"),
            Map.entry("GIT_TERMINAL_PROMPT", "0"),
            Map.entry("GIT_ASKPASS", "false"),
            Map.entry("GIT_SSH_COMMAND", "false"),
            Map.entry("GIT_EDITOR", "false"),
            Map.entry("GIT_PAGER", "cat"),
            Map.entry("GIT_OPTIONAL_LOCKS", "0"),
            Map.entry("GIT_NO_LAZY_FETCH", "1"),
            Map.entry("GIT_NO_REPLACE_OBJECTS", "1"),
            Map.entry("GIT_LITERAL_PATHSPECS", "1"),
            Map.entry("GIT_TEMPLATE_DIR", ""),
            Map.entry("GIT_ALLOW_PROTOCOL", "file"),
            Map.entry("GIT_AUTHOR_NAME", "Infinite Loop"),
            Map.entry("GIT_AUTHOR_EMAIL", "infloop@localhost"),
            Map.entry("GIT_COMMITTER_NAME", "Infinite Loop"),
            Map.entry("GIT_COMMITTER_EMAIL", "infloop@localhost"),
            Map.entry("LC_ALL", "C"));

    private final ProcessLauncher launcher;
    private final Path workingDirectory;

    /** @param workingDirectory where git is started; it works where its arguments say */
    public Git(ProcessLauncher launcher, Path workingDirectory) {
        this.launcher = launcher;
        this.workingDirectory = workingDirectory;
    }

    /** One command, to be completed and run. Not thread-safe. */
    public final class Command {
        private final List<String> arguments;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private Duration limit = QUICK;
        private Optional<String> stdin = Optional.empty();
        private Consumer<String> lines = line -> {};

        private Command(List<String> arguments) {
            this.arguments = arguments;
        }

        public Command environment(String name, Path value) {
            environment.put(name, value.toString());
            return this;
        }

        public Command within(Duration duration) {
            this.limit = duration;
            return this;
        }

        public Command stdin(String text) {
            this.stdin = Optional.of(text);
            return this;
        }

        /** Told each line of the output, with its newline. */
        public Command lines(Consumer<String> consumer) {
            this.lines = consumer;
            return this;
        }

        /** @return the output, at most 1 MiB of it */
        public String run() throws GitException, InterruptedException {
            ProcessSpec.Builder spec = ProcessSpec.builder(command())
                    .workingDirectory(workingDirectory)
                    .timeout(limit)
                    .captureBytes(CAPTURE_BYTES)
                    .egressAllowlist(List.of())
                    .stdoutLines(lines);
            ENVIRONMENT.forEach(spec::environment);
            environment.forEach(spec::environment);
            stdin.ifPresent(spec::stdin);
            ProcessExit exit;
            try {
                exit = launcher.run(spec.build());
            } catch (SpawnException notStarted) {
                throw new GitException("git could not be started: " + notStarted.getMessage(), true, -1);
            }
            if (exit.isSuccess()) {
                return exit.stdout().text();
            }
            if (exit.timedOut()) {
                throw new GitException(
                        "git " + arguments.get(0) + " took longer than " + limit.toSeconds() + " s", false, -1);
            }
            throw new GitException(
                    detail(exit),
                    exit.ending() == ProcessExit.Ending.STOPPED,
                    exit.exitCode().orElse(-1));
        }

        private List<String> command() {
            List<String> command = new ArrayList<>(List.of("git", "--no-pager"));
            for (String setting : SETTINGS) {
                command.add("-c");
                command.add(setting);
            }
            command.addAll(arguments);
            return command;
        }
    }

    /** @param arguments the subcommand and what follows */
    public Command command(String... arguments) {
        return new Command(List.of(arguments));
    }

    /** A command of a repository that is nobody's but ours. */
    public Command command(SealedDirectory repository, String... arguments) {
        return command(arguments).environment("GIT_DIR", repository.path());
    }

    /** What git said, in one line. */
    private static String detail(ProcessExit exit) {
        List<String> said = (exit.stderr().text() + "\n" + exit.stdout().text())
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        String line = said.stream()
                .filter(one -> one.startsWith("fatal: ") || one.startsWith("error: "))
                .findFirst()
                .or(() -> said.stream().findFirst())
                .orElse("git failed without a word");
        String plain = line.replaceFirst("^(fatal|error): ", "").replaceAll("\\p{Cntrl}", " ");
        return plain.length() <= DETAIL_LENGTH ? plain : plain.substring(0, DETAIL_LENGTH) + "…";
    }
}
