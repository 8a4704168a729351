package io.infloop.core.internal.process;

import io.infloop.core.internal.sandbox.SandboxLadder;
import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.core.internal.sandbox.SandboxTools;
import io.infloop.spi.process.SpawnException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The sandbox ladder of this server, tested when it is first needed. Thread-safe. */
public final class Sandboxes {
    private final SandboxSettings settings;
    private final SandboxTools tools;
    private final Wrappers wrappers;
    private final Spawner spawner;
    private SandboxLadder ladder;

    public Sandboxes(SandboxSettings settings, SandboxTools tools, Wrappers wrappers, Spawner spawner) {
        this.settings = settings;
        this.tools = tools;
        this.wrappers = wrappers;
        this.spawner = spawner;
    }

    /** The first call runs the self-test and waits for it. */
    public synchronized SandboxLadder ladder() throws InterruptedException {
        if (ladder == null) {
            ladder = SandboxLadder.test(real(settings), tools, spawner::start, prefix());
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

    /** Links must not lead around what is hidden. */
    private static SandboxSettings real(SandboxSettings settings) {
        List<Path> hidden = new ArrayList<>();
        settings.hidden().forEach(path -> hidden.add(WorkingDirectories.realOrSame(path)));
        return new SandboxSettings(settings.level(), settings.required(), settings.user(), hidden);
    }
}
