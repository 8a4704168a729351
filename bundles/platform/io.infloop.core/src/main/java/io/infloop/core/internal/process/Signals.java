package io.infloop.core.internal.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends signals to groups and to single processes. */
final class Signals {
    static final int INT = 2;
    static final int KILL = 9;
    static final int TERM = 15;

    private static final Logger LOGGER = LoggerFactory.getLogger(Signals.class);
    private final Optional<Path> kill;

    Signals(Optional<Path> kill) {
        this.kill = kill;
    }

    /** Falls back to the leader alone. */
    void toGroup(ProcessHandle leader, int signal) {
        if (!send(signal, "-" + leader.pid()) && leader.isAlive()) {
            toLeader(leader, signal);
        }
    }

    /** @return whether such a group existed */
    boolean toGroup(long group, int signal) {
        return send(signal, "-" + group);
    }

    private void toLeader(ProcessHandle leader, int signal) {
        if (signal == KILL) {
            leader.destroyForcibly();
        } else if (!send(signal, Long.toString(leader.pid()))) {
            leader.destroy();
        }
    }

    /** Kills exactly that process: its number may have been given to another one meanwhile. */
    void kill(ProcFs.Stat process) {
        if (ProcFs.isRunning(process.pid(), process.startTicks())) {
            ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    void terminate(ProcFs.Stat process) {
        if (ProcFs.isRunning(process.pid(), process.startTicks())) {
            ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroy);
        }
    }

    private boolean send(int signal, String target) {
        if (kill.isEmpty()) {
            return false;
        }
        ProcessBuilder builder = new ProcessBuilder(kill.get().toString(), "-s", Integer.toString(signal), "--", target)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        boolean interrupted = false;
        try {
            Process process = builder.start();
            while (true) {
                try {
                    if (!process.waitFor(5, TimeUnit.SECONDS)) {
                        process.toHandle().destroyForcibly();
                        return false;
                    }
                    return process.exitValue() == 0;
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        } catch (IOException failed) {
            LOGGER.warn("kill could not be started: {}", failed.getMessage());
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
