package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Another user without any privilege; possible only for a server that is root. */
public final class UserConfinement implements Confinement {
    private static final Logger LOGGER = LoggerFactory.getLogger(UserConfinement.class);

    private final Path setpriv;
    private final Path sh;
    private final UserAccount user;
    private final long serverPid;
    private final HiddenPlaces hidden;
    private final UserPlaces places;

    /** @throws IllegalArgumentException if a tool is missing */
    UserConfinement(SandboxTools tools, UserAccount user, HiddenPlaces hidden) {
        this.setpriv = tools.setpriv().orElseThrow(() -> new IllegalArgumentException("setpriv"));
        this.sh = tools.sh().orElseThrow(() -> new IllegalArgumentException("sh"));
        this.user = user;
        this.serverPid = tools.pid();
        this.hidden = hidden;
        this.places = new UserPlaces(user, tools.uid());
    }

    @Override
    public SandboxLevel level() {
        return SandboxLevel.USER;
    }

    /** Where the private directories of its children are made. */
    public Path place() throws IOException {
        return places.root();
    }

    /** Gives a tree to the user as whom children run. @throws IOException if it cannot be done safely; a sentence */
    public void give(Path tree) throws IOException {
        places.give(tree);
    }

    /** Takes it back: afterwards that user cannot change which files are in it. Does nothing if there is none. */
    public void takeBack(Path tree) throws IOException {
        if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            places.takeBack(tree);
        }
    }

    /** Removes the place for private directories, which is empty by now. */
    public void close() {
        places.close();
    }

    /** The home directory of the user; empty if there is none. */
    public Optional<Path> home() {
        return Optional.of(user.home()).filter(Files::isDirectory).filter(home -> !home.equals(Path.of("/")));
    }

    @Override
    public void prepare(Launch launch) throws SpawnException {
        for (Path directory : held(launch)) {
            try {
                places.begin(directory);
            } catch (IOException failed) {
                finished(launch);
                throw new SpawnException(
                        "the directory of this child could not be given to the user " + user.name() + ": "
                                + failed.getMessage(),
                        failed);
            }
        }
    }

    @Override
    public void finished(Launch launch) {
        for (Path directory : held(launch)) {
            try {
                places.end(directory);
            } catch (IOException failed) {
                LOGGER.warn("{} still belongs to the user {}: {}", directory, user.name(), failed.toString());
            }
        }
    }

    private List<Path> held(Launch launch) {
        return launch.own().stream().filter(places::hold).distinct().toList();
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
