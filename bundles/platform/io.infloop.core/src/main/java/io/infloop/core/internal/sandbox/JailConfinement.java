package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A file system of its own made with bubblewrap: the system's programs read-only, a private {@code /proc} and {@code /tmp}, the
 * child's directory and a HOME that ends with it. No network but a port that leads to its egress proxy, and none without one.
 *
 * <p>The child's variables are bubblewrap's own: the environment of the first process inside is readable there, so nothing may be in
 * it that the child must not know.
 */
public final class JailConfinement implements Confinement {
    /** Of the child, inside. */
    public static final Path HOME = Path.of("/home/agent");

    private static final String PROXY = "http://127.0.0.1:" + Bridge.PORT;
    private static final List<String> SYSTEM = List.of("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32");
    private static final List<String> CONFIGURATION = List.of(
            "alternatives",
            "ssl",
            "pki",
            "ca-certificates",
            "ca-certificates.conf",
            "ld.so.cache",
            "ld.so.conf",
            "ld.so.conf.d",
            "nsswitch.conf",
            "localtime",
            "mime.types",
            "os-release",
            "login.defs",
            "fonts");

    /**
     * Bubblewrap mounts by path, and another child may replace a directory in which it may write by a link before that. So what this
     * child may write to is opened before, and has to be where it was asked for; inside it has to be what was mounted. Its arguments are
     * the number of directories, the directories and the command.
     */
    private static final String GUARD =
            """
            [ "$PPID" = "$0" ] || exit 125
            failed() { echo "infloop-sandbox: $1" >&2; exit 125; }
            count=$1 opened=3
            shift
            while [ "$count" -gt 0 ]; do
              [ -d "$1" ] && [ -r "$1" ] || failed "not accessible: $1"
              eval "exec $opened<\\"\\$1\\"" || failed "not accessible: $1"
              cd -P "/proc/self/fd/$opened" && [ "$PWD" = "$1" ] || failed "replaced meanwhile: $1"
              opened=$((opened+1)) count=$((count-1))
              shift
            done
            cd / && exec "$@"
            """;

    /** Shells have the descriptors 3 to 8 for what was opened. */
    private static final int MOST_WRITABLE = 6;

    private static final String INIT =
            """
            trap : TERM INT HUP QUIT
            failed() { echo "infloop-sandbox: $1" >&2; exit 125; }
            count=$1 opened=3
            shift
            while [ "$count" -gt 0 ]; do
              [ "$1" -ef "/proc/self/fd/$opened" ] || failed "replaced meanwhile: $1"
              eval "exec $opened<&-"
              opened=$((opened+1)) count=$((count-1))
              shift
            done
            path=$PATH PATH=/usr/bin:/bin:$PATH
            if [ "$1" -gt 0 ]; then
              case $1 in
              3) "$2" "$3" "$4" </dev/null >/dev/null 2>&1 & ;;
              5) "$2" "$3" "$4" "$5" "$6" </dev/null >/dev/null 2>&1 & ;;
              6) "$2" "$3" "$4" "$5" "$6" "$7" </dev/null >/dev/null 2>&1 & ;;
              esac
              tries=0
              until grep -q " 0100007F:0C38 00000000:0000 0A " /proc/net/tcp; do
                tries=$((tries+1))
                [ $tries -lt 1000 ] || failed "the bridge to the egress proxy did not start"
                sleep 0.01
              done
            fi
            shift "$1"
            shift
            exec 9>&2 2>/dev/null
            (setsid=$(command -v setsid) || setsid=setsid
            PATH=$path
            exec "$setsid" -w "$@" 2>&9 9>&-)
            exit $?
            """;

    private final Path bwrap;
    private final Path setpriv;
    private final Path sh;
    private final Optional<Path> bridge;
    private final long serverPid;
    private final HiddenPlaces hidden;
    private final List<String> system;

    /**
     * @param files directory with the files {@code passwd}, {@code group} and {@code hosts} for all jails
     * @throws IllegalArgumentException if a tool is missing
     */
    JailConfinement(SandboxTools tools, HiddenPlaces hidden, JailFiles files) {
        this.bwrap = tools.bwrap().orElseThrow(() -> new IllegalArgumentException("bwrap"));
        this.setpriv = tools.setpriv().orElseThrow(() -> new IllegalArgumentException("setpriv"));
        this.sh = tools.sh().orElseThrow(() -> new IllegalArgumentException("sh"));
        this.bridge = tools.bridge();
        this.serverPid = tools.pid();
        this.hidden = hidden;
        this.system = system(files);
    }

    @Override
    public SandboxLevel level() {
        return SandboxLevel.JAIL;
    }

    @Override
    public boolean hasKeeper() {
        return true;
    }

    /** Bubblewrap ends when the child has ended, a moment before what the child left. */
    @Override
    public boolean waitsForAll() {
        return false;
    }

    /** The proxy as the child sees it. */
    public static String proxy() {
        return PROXY;
    }

    @Override
    public List<String> command(Launch launch) throws SpawnException {
        Launch.Jail jail = launch.jail().orElseThrow(() -> new SpawnException("this child has no place for a jail"));
        List<Path> kept = hidden.keptFor(launch);
        List<Path> writable = writable(launch);
        List<String> command =
                new ArrayList<>(List.of(setpriv.toString(), "--pdeathsig", "KILL", "--", sh.toString(), "-c", GUARD));
        command.add(Long.toString(serverPid));
        counted(writable, command);
        command.add(bwrap.toString());
        command.addAll(system);
        Set<Path> shown = new JailReach(hidden).of(launch);
        shown.removeIf(path -> writable.stream().anyMatch(path::startsWith));
        shown.forEach(path -> bind("--ro-bind", path, path, command));
        bind("--bind", jail.home(), HOME, command);
        writable.stream().filter(path -> !hidden.contain(path)).forEach(path -> {
            bind("--bind", path, path, command);
            shown.add(path);
        });
        hide(shown, command);
        writable.stream().filter(hidden::contain).forEach(path -> bind("--bind", path, path, command));
        kept.stream().filter(path -> !writable.contains(path)).forEach(path -> bind("--ro-bind", path, path, command));
        jail.network().ifPresent(directory -> bind("--ro-bind", directory, Path.of("/run/infloop"), command));
        command.addAll(List.of("--chdir", launch.directory().toString(), "--remount-ro", "/", "--cap-drop", "ALL"));
        command.addAll(List.of("--", sh.toString(), "-c", INIT, "init"));
        counted(writable, command);
        List<String> bridging = jail.network().isPresent() ? Bridge.command(bridgeProgram()) : List.of();
        command.add(Integer.toString(bridging.size()));
        command.addAll(bridging);
        command.add(launch.program().toString());
        command.addAll(launch.arguments());
        return command;
    }

    private static List<Path> writable(Launch launch) throws SpawnException {
        Set<Path> writable = new LinkedHashSet<>(launch.own());
        writable.add(launch.directory());
        if (writable.size() > MOST_WRITABLE) {
            throw new SpawnException("the child has too many directories of its own for the jail");
        }
        return List.copyOf(writable);
    }

    private static void counted(List<Path> paths, List<String> command) {
        command.add(Integer.toString(paths.size()));
        paths.forEach(path -> command.add(path.toString()));
    }

    /** What lies in a directory that is shown and is not for children. */
    private void hide(Set<Path> shown, List<String> command) {
        hidden.directories().stream()
                .filter(path -> shown.stream().anyMatch(path::startsWith))
                .forEach(path -> command.addAll(List.of("--tmpfs", path.toString())));
        hidden.files().stream()
                .filter(path -> shown.stream().anyMatch(path::startsWith))
                .forEach(path -> bind("--ro-bind", Path.of("/dev/null"), path, command));
    }

    private Path bridgeProgram() throws SpawnException {
        return bridge.orElseThrow(() -> SpawnException.refused("the jail has no way to the egress proxy: install socat,"
                + " perl, python3 or node, or declare no allow-list"));
    }

    private static List<String> system(JailFiles files) {
        List<String> command = new ArrayList<>(List.of(
                "--unshare-user",
                "--unshare-pid",
                "--unshare-net",
                "--unshare-ipc",
                "--unshare-uts",
                "--unshare-cgroup-try",
                "--hostname",
                "jail",
                "--die-with-parent",
                "--disable-userns",
                "--ro-bind",
                "/usr",
                "/usr"));
        for (String name : SYSTEM) {
            Path path = Path.of(name);
            if (Files.isSymbolicLink(path)) {
                command.addAll(List.of("--symlink", target(path), name));
            } else if (Files.isDirectory(path)) {
                bind("--ro-bind", path, path, command);
            }
        }
        command.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"));
        command.addAll(List.of("--tmpfs", "/var", "--dir", "/var/tmp", "--dir", "/etc"));
        CONFIGURATION.forEach(name -> bind("--ro-bind-try", Path.of("/etc", name), Path.of("/etc", name), command));
        javaConfiguration().forEach(path -> bind("--ro-bind-try", path, path, command));
        files.byName().forEach((name, file) -> bind("--ro-bind", file, Path.of("/etc", name), command));
        return List.copyOf(command);
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException gone) {
            return "usr" + link;
        }
    }

    /** Debian's Java has links into it. */
    private static List<Path> javaConfiguration() {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(Path.of("/etc"), "java*")) {
            directories.forEach(found::add);
        } catch (IOException unreadable) {
            return List.of();
        }
        return found;
    }

    private static void bind(String option, Path from, Path to, List<String> command) {
        command.addAll(List.of(option, from.toString(), to.toString()));
    }

    @Override
    public Optional<String> explain(String stderr) {
        return Explanations.ofJail(stderr);
    }
}
