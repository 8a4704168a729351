package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process and mount namespace made with util-linux alone. Its first process is a shell that hides the data directory, starts the
 * child in a session of its own and ends with it, whereupon the kernel ends everything else inside. The whole dies with the server.
 *
 * <p>A server that is root makes no user namespace, in which {@code chown}, {@code tar} and {@code npm} would fail, but takes the
 * rights from the child with which it could undo the mounts. Any other server makes two: in the first it may mount, in the second the
 * child is itself again and has no right over the first.
 */
public final class NamespaceConfinement implements Confinement {
    /** Written by the shell when the child could not be confined; the child was not started then. */
    static final String FAILED = "infloop-sandbox: ";

    /** Leads nowhere if the server died before the kernel knew that this process is to die with it. */
    private static final String GUARD = "[ \"$PPID\" = \"$0\" ] || exit 125; exec \"$@\"";

    /**
     * Its arguments are the PATH for what it runs itself, setsid, and operations. The child's PATH is not used before the child: it may
     * name directories in which earlier children could write, and this shell still sees everything. For the same reason a directory
     * that was opened has to be the one that was asked for. What the shell itself would say of the end of the child is not the
     * child's: its own error output leads nowhere by then.
     */
    private static final String INIT =
            """
            trap : TERM INT HUP QUIT
            failed() { echo "infloop-sandbox: $1" >&2; exit 125; }
            path=$PATH PATH=$1 setsid=$2 opened=3 shown=3
            shift 2
            while [ "$1" != run ]; do
              case $1 in
              open)
                eval "exec $opened<\\"\\$2\\"" || failed "not accessible: $2"
                if [ -d "$2" ]; then
                  cd -P /proc/self/fd/$opened && [ "$PWD" = "$2" ] || failed "replaced meanwhile: $2"
                  cd /
                fi
                opened=$((opened+1)) ;;
              readonly) mount -a -T "$2" || failed "the kernel's settings could not be made read-only" ;;
              hide)
                if [ -d "$2" ]; then mount -t tmpfs -o mode=0700,size=1m,nosuid,nodev infloop "$2" || failed "not hidden: $2"
                elif [ -e "$2" ]; then mount --bind /dev/null "$2" || failed "not hidden: $2"
                fi ;;
              show)
                if [ -d /proc/self/fd/$shown ]; then mkdir -p "$2"
                else mkdir -p "${2%/*}" && true > "$2"
                fi && mount -c --rbind /proc/self/fd/$shown "$2" || failed "not accessible: $2"
                eval "exec $shown<&-"; shown=$((shown+1)) ;;
              enter) cd "$2" || failed "not accessible: $2" ;;
              esac
              shift 2
            done
            shift
            PATH=$path
            exec 9>&2 2>/dev/null
            (exec "$setsid" -w "$@" 2>&9 9>&-)
            exit $?
            """;

    /**
     * With these a child that is root could look behind the mounts, also by opening files by their numbers, into the server, or at
     * the disk below both.
     */
    private static final String TAKEN = "-sys_admin,-sys_ptrace,-sys_module,-sys_rawio,-mknod,-dac_read_search";

    private static final String SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin";

    /** The shell has the descriptors 3 to 8 for what is kept. */
    private static final int MOST_KEPT = 6;

    private final Path sh;
    private final Path setpriv;
    private final Path unshare;
    private final Path setsid;
    private final String path;
    private final boolean root;
    private final long uid;
    private final long gid;
    private final long serverPid;
    private final HiddenPlaces hidden;
    private final Optional<Path> readOnly;

    /**
     * @param hidden directories and files that the child does not see; empty if mounting is not possible here
     * @param readOnly list of mounts that make read-only what a child could change for all; for a server that is root
     * @throws IllegalArgumentException if a tool is missing
     */
    NamespaceConfinement(SandboxTools tools, HiddenPlaces hidden, Optional<Path> readOnly) {
        this.sh = tools.sh().orElseThrow(() -> new IllegalArgumentException("sh"));
        this.setpriv = tools.setpriv().orElseThrow(() -> new IllegalArgumentException("setpriv"));
        this.unshare = tools.unshare().orElseThrow(() -> new IllegalArgumentException("unshare"));
        this.setsid = tools.setsid().orElseThrow(() -> new IllegalArgumentException("setsid"));
        this.path = Stream.concat(
                        Stream.of(SYSTEM_PATH),
                        tools.mount().stream().map(Path::getParent).map(Path::toString))
                .collect(Collectors.joining(":"));
        this.root = tools.isRoot();
        this.uid = tools.uid();
        this.gid = tools.gid();
        this.serverPid = tools.pid();
        this.hidden = hidden;
        this.readOnly = readOnly;
    }

    @Override
    public SandboxLevel level() {
        return SandboxLevel.NAMESPACE;
    }

    @Override
    public boolean hasKeeper() {
        return true;
    }

    boolean hides() {
        return !hidden.isEmpty();
    }

    boolean keepsKernelFiles() {
        return readOnly.isPresent();
    }

    @Override
    public List<String> command(Launch launch) throws SpawnException {
        List<String> command = new ArrayList<>();
        command.addAll(keeper(setpriv, sh, serverPid));
        command.add(unshare.toString());
        if (!root) {
            command.add(hides() ? "--map-root-user" : "--map-current-user");
        }
        command.addAll(List.of("--pid", "--fork", "--kill-child", "--mount-proc", "--"));
        command.addAll(List.of(sh.toString(), "-c", INIT, "init", path, setsid.toString()));
        operations("readonly", readOnly.stream().toList(), command);
        mounts(launch, command);
        command.addAll(List.of("enter", launch.directory().toString(), "run"));
        if (root) {
            command.addAll(List.of(setpriv.toString(), "--bounding-set=" + TAKEN, "--inh-caps=" + TAKEN, "--"));
        } else if (hides()) {
            command.addAll(List.of(unshare.toString(), "--user", "--map-user=" + uid, "--map-group=" + gid, "--"));
        }
        command.add(launch.program().toString());
        command.addAll(launch.arguments());
        return command;
    }

    /** What lies in a hidden directory and is the child's own is opened before, and mounted again after. */
    private void mounts(Launch launch, List<String> command) throws SpawnException {
        List<Path> kept = hidden.keptFor(launch);
        if (kept.size() > MOST_KEPT) {
            throw new SpawnException("the child has too many directories of its own in the data directory");
        }
        operations("open", kept, command);
        operations("hide", hidden.directories(), command);
        operations("show", kept, command);
        operations("hide", hidden.files(), command);
    }

    private static void operations(String operation, List<Path> paths, List<String> command) {
        paths.forEach(path -> command.addAll(List.of(operation, path.toString())));
    }

    /** Dies with the server, also when it dies at this moment. */
    static List<String> keeper(Path setpriv, Path sh, long serverPid) {
        return List.of(
                setpriv.toString(), "--pdeathsig", "KILL", "--", sh.toString(), "-c", GUARD, Long.toString(serverPid));
    }

    @Override
    public Optional<String> explain(String stderr) {
        return Explanations.ofNamespace(stderr, root);
    }
}
