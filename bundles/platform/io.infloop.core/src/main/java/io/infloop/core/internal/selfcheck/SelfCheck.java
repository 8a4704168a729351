package io.infloop.core.internal.selfcheck;

import io.infloop.core.internal.process.ProcFs;
import io.infloop.core.posture.PostureLine;
import io.infloop.core.posture.PostureSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Looks at a start whether a secret of the server can be read elsewhere by a process of the same user, as children are: in the
 * environment or the command line of this process and of those above it, which are not ours (a container's first process, a shell
 * that waits), or through the JVM's attach mechanism. Immutable; looks once, when it is made.
 */
public final class SelfCheck implements PostureSource {
    private static final String TOKEN = "INFLOOP_API_TOKEN";
    /** Names that are used for secrets. Others, such as PATH, are the same everywhere and mean nothing. */
    private static final Pattern SECRET_NAME = Pattern.compile(
            "(?i).*(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY).*");
    /** A shorter value may be in a text by chance. */
    private static final int DISTINCTIVE = 8;

    private static final int MAX_BYTES = 4 * 1024 * 1024;
    private static final int MAX_DEPTH = 64;
    private static final String ATTACH = "DisableAttachMechanism";

    private final Path proc;
    private final Map<String, String> secrets;
    private final List<String> findings = new ArrayList<>();

    /**
     * @param proc {@code /proc}
     * @param pid this process
     * @param environment what the start script handed over
     * @param options the JVM's, in their order
     */
    public SelfCheck(Path proc, long pid, Map<String, String> environment, List<String> options) {
        this.proc = proc;
        this.secrets = environment.entrySet().stream()
                .filter(variable -> !variable.getValue().isBlank())
                .filter(variable -> variable.getKey().equals(TOKEN)
                        || SECRET_NAME.matcher(variable.getKey()).matches())
                .filter(variable -> !isPointer(variable.getKey()))
                .collect(java.util.stream.Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, variable -> variable.getValue().strip()));
        look(pid);
        attach(options).ifPresent(findings::add);
    }

    /** One sentence each: what is exposed and what to do. Never a secret. Empty when all is well. */
    public List<String> findings() {
        return List.copyOf(findings);
    }

    @Override
    public List<PostureLine> posture() {
        if (findings.isEmpty()) {
            return List.of(PostureLine.safe("secrets of the server", "in no environment or command line above it"));
        }
        return findings.stream()
                .map(finding -> PostureLine.weakened(
                        "secrets of the server",
                        finding.substring(0, finding.indexOf("; ")),
                        finding.substring(finding.indexOf("; ") + 2)))
                .toList();
    }

    private void look(long pid) {
        long current = pid;
        for (int depth = 0; current > 0 && depth < MAX_DEPTH; depth++) {
            boolean self = depth == 0;
            Set<String> shown = new TreeSet<>();
            read(current, "environ").ifPresent(text -> variables(text, shown));
            if (!shown.isEmpty()) {
                findings.add(environment(current, self, shown));
            }
            Set<String> said = new TreeSet<>();
            read(current, "cmdline").ifPresent(text -> values(text, said));
            if (!said.isEmpty()) {
                findings.add(process(current, self) + " has the value of " + String.join(", ", said)
                        + " in its command line, which everybody on this machine can read; take it out, and replace the"
                        + " secret: it is known");
            }
            current = ProcFs.stat(proc, current).map(ProcFs.Stat::parent).orElse(0L);
        }
    }

    private void variables(String environ, Set<String> shown) {
        for (String assignment : environ.split("\0", -1)) {
            int equals = assignment.indexOf('=');
            if (equals > 0) {
                String name = assignment.substring(0, equals);
                String value = assignment.substring(equals + 1).strip();
                String token = secrets.getOrDefault(TOKEN, "");
                if (value.equals(latin(secrets.get(name)))
                        || (token.length() >= DISTINCTIVE && value.contains(latin(token)))) {
                    shown.add(name);
                }
            }
        }
    }

    private void values(String cmdline, Set<String> said) {
        secrets.forEach((name, value) -> {
            if (value.length() >= DISTINCTIVE && cmdline.contains(latin(value))) {
                said.add(name);
            }
        });
    }

    private String environment(long pid, boolean self, Set<String> names) {
        String shown = process(pid, self) + " shows " + String.join(", ", names)
                + " in its environment, where every process of its user can read it; ";
        if (self) {
            return shown + "start the server with bin/infloop only";
        }
        return shown
                + (names.contains(TOKEN)
                        ? "give the token in INFLOOP_API_TOKEN_FILE or INFLOOP_API_TOKEN_FD, or set it only for bin/infloop"
                                + " and let no shell or init wait above it (exec)"
                        : "set them only for bin/infloop, and let no shell or init wait above it (exec)");
    }

    private String process(long pid, boolean self) {
        String name = read(pid, "comm").map(String::strip).orElse("?").replaceAll("[^\\w.:/+-]", "?");
        return (self ? "the server itself (process " : "the process above the server (") + pid + ", " + name + ")";
    }

    /** The last option counts. */
    private static Optional<String> attach(List<String> options) {
        boolean off = false;
        for (String option : options) {
            if (option.equals("-XX:+" + ATTACH) || option.equals("-XX:-" + ATTACH)) {
                off = option.charAt(4) == '+';
            }
        }
        Optional<String> debugger = options.stream()
                .filter(option -> option.startsWith("-agentlib:jdwp")
                        || option.startsWith("-Xrunjdwp")
                        || option.startsWith("-Dcom.sun.management.jmxremote"))
                .findFirst();
        if (debugger.isPresent()) {
            return Optional.of("the option " + debugger.get().split("[=:]", 2)[0]
                    + " lets others look into the server's memory; take it out of INFLOOP_JAVA_OPTS");
        }
        return off
                ? Optional.empty()
                : Optional.of("the JVM's attach mechanism is on, so every process of this user can read its memory;"
                        + " start the server with bin/infloop and leave " + ATTACH + " out of INFLOOP_JAVA_OPTS");
    }

    /** Names of variables that say where a secret is, not what it is. */
    private static boolean isPointer(String name) {
        return name.matches("(?i).*_(FILE|FD|PATH|DIR|URL|HELPER|COMMAND)");
    }

    /** As it looks when bytes are read as ISO 8859-1, in which each is one character. */
    private static String latin(String text) {
        return text == null ? "\0" : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Empty when this user may not read it: then neither may a child. */
    private Optional<String> read(long pid, String file) {
        try (InputStream in =
                Files.newInputStream(proc.resolve(Long.toString(pid)).resolve(file))) {
            return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
