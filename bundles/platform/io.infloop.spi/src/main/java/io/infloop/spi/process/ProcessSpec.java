package io.infloop.spi.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What to run and within which bounds. Immutable.
 *
 * <p>The child gets the server's base set of variables, those of the server's that {@link #envPassthrough()} names, then
 * {@link #environment()}. Names that begin with {@code INFLOOP_} never reach a child.
 */
public final class ProcessSpec {
    /** Default cap on the captured bytes of each output stream. */
    public static final int DEFAULT_CAPTURE_BYTES = 8 * 1024 * 1024;
    /** Longest line given to a line consumer, in bytes; longer ones arrive in pieces. */
    public static final int MAX_LINE_BYTES = 4 * 1024 * 1024;

    private final List<String> command;
    private final Optional<Path> workingDirectory;
    private final Map<String, String> environment;
    private final List<String> envPassthrough;
    private final Optional<List<String>> egressAllowlist;
    private final SandboxDemand sandbox;
    private final List<String> credentialFiles;
    private final Optional<String> stdin;
    private final Duration timeout;
    private final boolean interruptFirst;
    private final int captureBytes;
    private final Consumer<String> stdoutLines;
    private final Consumer<String> stderrLines;
    private final Consumer<String> notices;

    private ProcessSpec(Builder builder) {
        this.command = List.copyOf(builder.command);
        this.workingDirectory = builder.workingDirectory;
        this.environment = Map.copyOf(builder.environment);
        this.envPassthrough = List.copyOf(builder.envPassthrough);
        this.egressAllowlist = Optional.ofNullable(builder.egressAllowlist).map(List::copyOf);
        this.sandbox = builder.sandbox;
        this.credentialFiles = List.copyOf(builder.credentialFiles);
        this.stdin = builder.stdin;
        this.timeout = builder.timeout;
        this.interruptFirst = builder.interruptFirst;
        this.captureBytes = builder.captureBytes;
        this.stdoutLines = builder.stdoutLines;
        this.stderrLines = builder.stderrLines;
        this.notices = builder.notices;
    }

    /** @param command the executable, a path or a name looked up in the child's PATH, then its arguments; not a shell line */
    public static Builder builder(List<String> command) {
        return new Builder(command);
    }

    public List<String> command() {
        return command;
    }

    public Optional<Path> workingDirectory() {
        return workingDirectory;
    }

    public Map<String, String> environment() {
        return environment;
    }

    public List<String> envPassthrough() {
        return envPassthrough;
    }

    /** The hosts the child needs; empty when none were declared or the declared list is. */
    public List<String> egressAllowlist() {
        return egressAllowlist.orElse(List.of());
    }

    /** Whether hosts were declared at all: no declaration is not the same as "none". */
    public boolean declaresEgress() {
        return egressAllowlist.isPresent();
    }

    public SandboxDemand sandbox() {
        return sandbox;
    }

    public List<String> credentialFiles() {
        return credentialFiles;
    }

    public Optional<String> stdin() {
        return stdin;
    }

    public Duration timeout() {
        return timeout;
    }

    public boolean interruptFirst() {
        return interruptFirst;
    }

    public int captureBytes() {
        return captureBytes;
    }

    public Consumer<String> stdoutLines() {
        return stdoutLines;
    }

    public Consumer<String> stderrLines() {
        return stderrLines;
    }

    public Consumer<String> notices() {
        return notices;
    }

    /** Builds a {@link ProcessSpec}. */
    public static final class Builder {
        private final List<String> command;
        private Optional<Path> workingDirectory = Optional.empty();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<String> envPassthrough = new ArrayList<>();
        private List<String> egressAllowlist;
        private SandboxDemand sandbox = SandboxDemand.NONE;
        private final List<String> credentialFiles = new ArrayList<>();
        private Optional<String> stdin = Optional.empty();
        private Duration timeout = Duration.ZERO;
        private boolean interruptFirst;
        private int captureBytes = DEFAULT_CAPTURE_BYTES;
        private Consumer<String> stdoutLines = line -> {};
        private Consumer<String> stderrLines = line -> {};
        private Consumer<String> notices = line -> {};

        private Builder(List<String> command) {
            if (command.isEmpty() || command.get(0).isBlank()) {
                throw new IllegalArgumentException("command is empty");
            }
            this.command = command;
        }

        /** Must exist; default: the scratch directory of the node, or the server's own outside of runs. */
        public Builder workingDirectory(Path directory) {
            this.workingDirectory = Optional.of(directory);
            return this;
        }

        /** One variable with a fixed value. */
        public Builder environment(String name, String value) {
            environment.put(
                    Objects.requireNonNull(name, "name is null"), Objects.requireNonNull(value, "value is null"));
            return this;
        }

        /** Names, or prefixes ending in {@code *}, of the server's variables the child needs as well; a lone {@code *} is refused. */
        public Builder envPassthrough(List<String> patterns) {
            envPassthrough.addAll(patterns);
            return this;
        }

        /**
         * Declares the hosts that the child needs, exact or {@code *.domain}; enforced when the operator turns egress enforcement on,
         * and always in the jail. An empty list declares that it needs none. Repeated calls add up.
         */
        public Builder egressAllowlist(List<String> hosts) {
            if (egressAllowlist == null) {
                egressAllowlist = new ArrayList<>();
            }
            egressAllowlist.addAll(hosts);
            return this;
        }

        /** How far the child must be kept apart, beyond what the operator demands. Repeated calls add up. */
        public Builder sandbox(SandboxDemand demand) {
            sandbox = sandbox.and(demand);
            return this;
        }

        /**
         * Files and directories, relative to the HOME of the server, that the child needs in its private HOME; copied there where the
         * sandbox gives it one, so what it writes to them does not come back. Missing ones are passed over.
         */
        public Builder credentialFiles(List<String> paths) {
            credentialFiles.addAll(paths);
            return this;
        }

        /** Text written to standard input, which is then closed. Without it standard input is empty. */
        public Builder stdin(String text) {
            this.stdin = Optional.of(text);
            return this;
        }

        /** Wall-clock limit after which the child is stopped; zero (the default) for none. */
        public Builder timeout(Duration limit) {
            this.timeout = limit;
            return this;
        }

        /** Begin the kill ladder with INT instead of TERM. */
        public Builder interruptFirst(boolean interrupt) {
            this.interruptFirst = interrupt;
            return this;
        }

        /** Cap on the captured bytes of each stream; more is read and dropped. */
        public Builder captureBytes(int bytes) {
            this.captureBytes = bytes;
            return this;
        }

        /**
         * Called with each line of standard output as it arrives, its newline included unless it is the unterminated last one. Lines
         * end at {@code \n} only. Called on one thread at a time; a slow consumer slows the child down.
         */
        public Builder stdoutLines(Consumer<String> consumer) {
            this.stdoutLines = consumer;
            return this;
        }

        /** As {@link #stdoutLines} for standard error, on another thread. */
        public Builder stderrLines(Consumer<String> consumer) {
            this.stderrLines = consumer;
            return this;
        }

        /**
         * Called, before {@link ProcessLauncher#start} returns, with each line that a person who reads the log of this child should
         * see: what its sandbox or the egress rules mean for it.
         */
        public Builder notices(Consumer<String> consumer) {
            this.notices = consumer;
            return this;
        }

        public ProcessSpec build() {
            return new ProcessSpec(this);
        }
    }
}
