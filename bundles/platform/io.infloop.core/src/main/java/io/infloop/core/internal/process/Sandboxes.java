package io.infloop.core.internal.process;

import io.infloop.core.internal.sandbox.SandboxLadder;
import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.core.internal.sandbox.SandboxTools;
import io.infloop.core.internal.sandbox.UserConfinement;
import io.infloop.spi.process.SpawnException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The sandbox ladder of this server, tested when it is first needed. Thread-safe. */
public final class Sandboxes implements AutoCloseable {
    private final SandboxSettings settings;
    private final SandboxTools tools;
    private final Wrappers wrappers;
    private final Spawner spawner;
    private final Path place;
    private SandboxLadder ladder;

    /** @param place a directory for what jails need, of this server alone; made when it is needed, removed by {@link #close()} */
    public Sandboxes(SandboxSettings settings, SandboxTools tools, Wrappers wrappers, Spawner spawner, Path place) {
        this.settings = settings;
        this.tools = tools;
        this.wrappers = wrappers;
        this.spawner = spawner;
        this.place = WorkingDirectories.realOrSame(place);
    }

    /** The first call runs the self-test and waits for it. */
    public synchronized SandboxLadder ladder() throws InterruptedException {
        if (ladder == null) {
            ladder = SandboxLadder.test(real(settings), tools, spawner::start, prefix(), place);
        }
        return ladder;
    }

    /** As {@link #ladder()}; if the thread is interrupted meanwhile, as of a machine that can do nothing. */
    public SandboxReport report() {
        try {
            return ladder().report();
        } catch (InterruptedException shutDown) {
            Thread.currentThread().interrupt();
            return SandboxLadder.off().report();
        }
    }

    private List<String> prefix() {
        try {
            return wrappers.prefix();
        } catch (SpawnException nothingCanBeStarted) {
            return List.of();
        }
    }

    /** What children must not see, without links. */
    List<Path> hidden() {
        return real(settings).hidden();
    }

    /** Where the places of single children go. */
    Path place() {
        return place;
    }

    @Override
    public synchronized void close() {
        if (ladder != null) {
            ladder.user().ifPresent(UserConfinement::close);
        }
        RunPlace.delete(place);
    }

    /** Links must not lead around what is hidden. */
    private static SandboxSettings real(SandboxSettings settings) {
        List<Path> hidden = new ArrayList<>();
        settings.hidden().forEach(path -> hidden.add(WorkingDirectories.realOrSame(path)));
        return new SandboxSettings(settings.level(), settings.required(), settings.user(), hidden);
    }
}
