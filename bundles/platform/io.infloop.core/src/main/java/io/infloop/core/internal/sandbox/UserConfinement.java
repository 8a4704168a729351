package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Another user without any privilege; possible only for a server that is root. */
public final class UserConfinement implements Confinement {
    private final Path setpriv;
    private final Path sh;
    private final UserAccount user;
    private final long serverPid;
    private final HiddenPlaces hidden;

    /** @throws IllegalArgumentException if a tool is missing */
    UserConfinement(SandboxTools tools, UserAccount user, HiddenPlaces hidden) {
        this.setpriv = tools.setpriv().orElseThrow(() -> new IllegalArgumentException("setpriv"));
        this.sh = tools.sh().orElseThrow(() -> new IllegalArgumentException("sh"));
        this.user = user;
        this.serverPid = tools.pid();
        this.hidden = hidden;
    }

    @Override
    public SandboxLevel level() {
        return SandboxLevel.USER;
    }

    @Override
    public boolean hasKeeper() {
        return false;
    }

    @Override
    public List<String> command(Launch launch) throws SpawnException {
        if (hidden.contain(launch.directory())) {
            throw SpawnException.refused(
                    "this child works in the server's data directory, which the user " + user.name()
                            + " cannot enter; give its node a working directory that this user owns, or use the sandbox level"
                            + " namespace");
        }
        List<String> command = new ArrayList<>(List.of(
                setpriv.toString(),
                "--reuid=" + user.uid(),
                "--regid=" + user.gid(),
                "--clear-groups",
                "--no-new-privs",
                "--inh-caps=-all",
                "--bounding-set=-all"));
        // After the change of the user, which would make the kernel forget it.
        command.addAll(NamespaceConfinement.keeper(setpriv, sh, serverPid));
        command.add(launch.program().toString());
        command.addAll(launch.arguments());
        return command;
    }

    @Override
    public Optional<String> explain(String stderr) {
        return stderr.toLowerCase(Locale.ROOT).contains("permission denied")
                ? Optional.of("it ran in the sandbox (level user) as " + user.name()
                        + ", who needs access to its files and programs")
                : Optional.empty();
    }
}
