package io.infloop.core.internal.sandbox;

import io.infloop.core.internal.sandbox.SandboxReport.Trial;
import io.infloop.spi.process.SandboxLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Tries each level on this machine: not whether its tools are there, but whether it keeps its promises. */
final class SelfTest {
    private static final String NO_NAMESPACE = "the child still saw the processes of the server";

    /** What a child sees; its last line leaves something behind that must not outlive it. */
    private static final String NAMESPACE_SCRIPT =
            """
            echo "namespace=$(readlink /proc/self/ns/pid)"
            set -- /proc/[0-9]*; echo "processes=$#"
            [ -z "$(ls -A "%s" 2>/dev/null)" ] && echo hidden=yes
            [ -w %s ] || echo kernel=read-only
            setsid env -i sleep 60 >/dev/null 2>&1 </dev/null &
            """;

    private static final String JAIL_SCRIPT =
            """
            echo "namespace=$(readlink /proc/self/ns/pid)"
            set -- /proc/[0-9]*; echo "processes=$#"
            grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status && echo powerless=yes
            : > inside && : > "$HOME/inside" && rm "$HOME/inside" && echo writable=yes
            touch /usr/infloop-probe 2>/dev/null || touch /etc/infloop-probe 2>/dev/null || echo confined=yes
            [ -z "$(ls -A "%s" 2>/dev/null | grep -v '^instances$')" ] && echo hidden=yes
            [ "$(grep -c : /proc/net/dev)" = 1 ] && echo offline=yes
            setsid env -i sleep 60 >/dev/null 2>&1 </dev/null &
            """;

    private final SandboxSettings settings;
    private final Path place;
    private final SandboxTools tools;
    private final Probe probe;

    /** @param place a directory for the jail's own files, made if it is missing */
    SelfTest(SandboxSettings settings, SandboxTools tools, ChildStarter starter, List<String> prefix, Path place) {
        this.settings = settings;
        this.place = place;
        this.tools = tools;
        this.probe = new Probe(starter, prefix, tools.sh().orElse(Path.of("/bin/sh")));
    }

    /** A level with its confinement if it can be used. */
    record Result(Trial trial, Optional<Confinement> confinement) {}

    /** What a test found out. */
    private record Finding(String detail, Optional<Confinement> confinement, Optional<Obstacles> obstacles) {
        static Finding works(Confinement confinement, String detail) {
            return new Finding(detail, Optional.of(confinement), Optional.empty());
        }

        static Finding fails(Obstacles obstacles) {
            return new Finding(obstacles.detail(), Optional.empty(), Optional.of(obstacles));
        }
    }

    private interface Test {
        Finding run() throws IOException, InterruptedException;
    }

    /** Strongest first. */
    List<Result> all() throws InterruptedException {
        List<Result> results = new ArrayList<>();
        results.add(result(SandboxLevel.JAIL, this::jail));
        results.add(result(SandboxLevel.NAMESPACE, this::namespace));
        results.add(result(SandboxLevel.USER, this::user));
        return results;
    }

    private static Result result(SandboxLevel level, Test test) throws InterruptedException {
        long start = System.nanoTime();
        Finding finding;
        try {
            finding = test.run();
        } catch (Probe.TooSlowException slow) {
            finding = Finding.fails(slow.obstacles());
        } catch (IOException failed) {
            finding = Finding.fails(Obstacles.of(String.valueOf(failed.getMessage())));
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        return new Result(
                new Trial(
                        level,
                        finding.confinement().isPresent(),
                        finding.detail(),
                        finding.obstacles().map(Obstacles::remedy).orElse(""),
                        millis),
                finding.confinement());
    }

    private Finding jail() throws IOException, InterruptedException {
        Optional<Obstacles> missing = missingTool();
        if (tools.bwrap().isEmpty()) {
            missing = Optional.of(Obstacles.missing("bwrap", "bubblewrap"));
        }
        if (missing.isPresent()) {
            return Finding.fails(missing.get());
        }
        JailConfinement confinement =
                new JailConfinement(tools, hiddenNow(), JailFiles.write(place, tools.uid(), tools.gid()));
        Path work = Files.createTempDirectory(place, "work").toRealPath();
        Path home = Files.createTempDirectory(place, "home");
        try {
            Probe.Outcome outcome = probe.run(
                    confinement,
                    JAIL_SCRIPT.formatted(escaped(data())),
                    work,
                    Optional.of(new Launch.Jail(home, Optional.empty())));
            return jail(confinement, outcome);
        } finally {
            for (String name : List.of("inside")) {
                Files.deleteIfExists(work.resolve(name));
            }
            Files.deleteIfExists(work);
            Files.deleteIfExists(home);
        }
    }

    private Finding jail(JailConfinement confinement, Probe.Outcome outcome) throws InterruptedException {
        String namespace = outcome.facts().getOrDefault("namespace", "");
        if (outcome.exitCode() != 0 || namespace.isEmpty()) {
            return Finding.fails(Obstacles.of(outcome.reason()));
        }
        if (PidNamespaces.own().filter(namespace::equals).isPresent()
                || tooMany(outcome.facts().get("processes"))) {
            return Finding.fails(Obstacles.of(NO_NAMESPACE));
        }
        for (String promise : List.of("powerless", "writable", "confined", "hidden", "offline")) {
            if (!outcome.is(promise, "yes")) {
                return Finding.fails(Obstacles.of("the jail does not hold: not " + promise));
            }
        }
        if (!Probe.isGoneSoon(namespace)) {
            return Finding.fails(Obstacles.of("a process outlived the child that had started it"));
        }
        return Finding.works(
                confinement,
                "own file system, no network but the egress proxy"
                        + tools.bridge()
                                .map(program -> " (through " + program.getFileName() + ")")
                                .orElse(", which is out of reach: install socat, perl, python3 or node"));
    }

    private Finding namespace() throws IOException, InterruptedException {
        Optional<Obstacles> missing = missingTool();
        if (missing.isPresent()) {
            return Finding.fails(missing.get());
        }
        HiddenPlaces hidden = tools.mount().isPresent() ? hiddenNow() : new HiddenPlaces(List.of());
        List<NamespaceConfinement> attempts = new ArrayList<>();
        if (!hidden.isEmpty()) {
            if (tools.isRoot()) {
                attempts.add(new NamespaceConfinement(tools, hidden, Optional.of(KernelFiles.mounts(place))));
            }
            attempts.add(new NamespaceConfinement(tools, hidden, Optional.empty()));
        }
        for (NamespaceConfinement attempt : attempts) {
            Finding finding = namespace(attempt);
            if (finding.confinement().isPresent()) {
                return finding;
            }
        }
        return namespace(new NamespaceConfinement(tools, new HiddenPlaces(List.of()), Optional.empty()));
    }

    private Finding namespace(NamespaceConfinement confinement) throws IOException, InterruptedException {
        Probe.Outcome outcome = probe.run(
                confinement,
                NAMESPACE_SCRIPT.formatted(escaped(data()), KernelFiles.SAMPLE),
                Path.of("/"),
                Optional.empty());
        String namespace = outcome.facts().getOrDefault("namespace", "");
        if (outcome.exitCode() != 0 || namespace.isEmpty()) {
            return Finding.fails(Obstacles.of(outcome.reason()));
        }
        if (PidNamespaces.own().filter(namespace::equals).isPresent()
                || tooMany(outcome.facts().get("processes"))) {
            return Finding.fails(Obstacles.of(NO_NAMESPACE));
        }
        if (!Probe.isGoneSoon(namespace)) {
            return Finding.fails(Obstacles.of("a process outlived the child that had started it"));
        }
        if (confinement.hides() && !outcome.is("hidden", "yes")) {
            return Finding.fails(Obstacles.of("the data directory could not be hidden"));
        }
        if (confinement.keepsKernelFiles() && !outcome.is("kernel", "read-only")) {
            return Finding.fails(Obstacles.of("the kernel's settings could not be made read-only"));
        }
        return Finding.works(confinement, detail(confinement));
    }

    private String detail(NamespaceConfinement confinement) {
        String user = tools.isRoot()
                ? "without a user namespace; children cannot mount, and "
                        + (confinement.keepsKernelFiles()
                                ? "only read the kernel's settings"
                                : "as root they CAN change the kernel's settings")
                : "with a user namespace; sudo and other set-uid programs have no effect, files of other owners belong"
                        + " to nobody";
        String data = confinement.hides()
                ? "the data directory is hidden"
                : "the data directory is NOT hidden, mounting is not possible here";
        return user + "; " + data + "; other processes are invisible; nothing outlives its run";
    }

    private Finding user() throws IOException, InterruptedException {
        if (!tools.isRoot()) {
            return Finding.fails(new Obstacles(
                    "only root can start children as another user",
                    "none is needed: the" + " other levels work without root"));
        }
        Optional<Obstacles> missing = missingTool();
        if (missing.isPresent()) {
            return Finding.fails(missing.get());
        }
        Optional<UserAccount> account = UserAccount.named(settings.user());
        if (account.isEmpty() || account.get().uid() == 0) {
            return Finding.fails(new Obstacles(
                    "there is no unprivileged user " + settings.user() + " for children",
                    "create it: useradd --system --user-group " + settings.user()));
        }
        if (!hardLinksAreProtected()) {
            return Finding.fails(new Obstacles(
                    "users may link to files of others here, so nothing can be handed over safely",
                    "set sysctl fs.protected_hardlinks=1"));
        }
        UserConfinement confinement = new UserConfinement(tools, account.get(), hiddenNow());
        Path work = Files.createTempDirectory(confinement.place(), "probe");
        try {
            return user(confinement, account.get(), work);
        } finally {
            Files.deleteIfExists(work.resolve("made"));
            Files.deleteIfExists(work);
            Files.deleteIfExists(confinement.place());
        }
    }

    /** It also has to be possible to give it a directory, and to read there afterwards. */
    private Finding user(UserConfinement confinement, UserAccount account, Path work)
            throws IOException, InterruptedException {
        confinement.give(work);
        Probe.Outcome outcome = probe.run(
                confinement,
                "echo \"uid=$(id -u)\"; cat /proc/" + tools.pid()
                        + "/environ >/dev/null 2>&1 || echo environ=no; umask 077; echo text > '" + work + "/made'",
                Path.of("/"),
                Optional.empty());
        confinement.takeBack(work);
        if (outcome.exitCode() != 0 || !outcome.is("uid", Long.toString(account.uid()))) {
            return Finding.fails(Obstacles.of(outcome.reason()));
        }
        if (!Files.readString(work.resolve("made")).equals("text\n")) {
            return Finding.fails(Obstacles.of("what the child wrote could not be read"));
        }
        return outcome.is("environ", "no")
                ? Finding.works(
                        confinement,
                        "children run as " + settings.user()
                                + "; their directories and worktrees (clones) are handed over to that user for the time")
                : Finding.fails(Obstacles.of("the child could read the server's environment"));
    }

    private static boolean hardLinksAreProtected() throws IOException {
        Path setting = Path.of("/proc/sys/fs/protected_hardlinks");
        return Files.exists(setting) && Files.readString(setting).strip().equals("1");
    }

    private Optional<Obstacles> missingTool() {
        if (tools.sh().isEmpty()) {
            return Optional.of(Obstacles.missing("sh", "a POSIX shell"));
        }
        if (tools.setsid().isEmpty()) {
            return Optional.of(Obstacles.missing("setsid", "util-linux"));
        }
        if (tools.setpriv().isEmpty()) {
            return Optional.of(Obstacles.missing("setpriv", "util-linux"));
        }
        return tools.unshare().isEmpty() ? Optional.of(Obstacles.missing("unshare", "util-linux")) : Optional.empty();
    }

    private Path data() {
        return settings.hidden().isEmpty()
                ? Path.of("/nonexistent")
                : settings.hidden().get(0);
    }

    private HiddenPlaces hiddenNow() {
        return new HiddenPlaces(settings.hidden().stream().filter(Files::exists).toList());
    }

    private static boolean tooMany(String processes) {
        try {
            return Integer.parseInt(String.valueOf(processes)) > 12;
        } catch (NumberFormatException unreadable) {
            return true;
        }
    }

    /** For use between double quotes of a shell. */
    static String escaped(Path path) {
        return path.toString().replaceAll("([\\\\\"$`])", "\\\\$1");
    }
}
