package io.infloop.core.internal.process;

import io.infloop.spi.Cancellation;
import io.infloop.spi.process.SandboxLevel;
import java.nio.file.Path;

/** A server in a process of its own, to be killed: runs one child and waits for it. */
final class KilledServer {
    private KilledServer() {}

    /** @param arguments level, unprivileged, working directory, script */
    public static void main(String[] arguments) throws Exception {
        ProcessTestBed bed = ProcessTestBed.at(
                SandboxLevel.valueOf(arguments[0]), Boolean.parseBoolean(arguments[1]), Path.of(arguments[2]));
        bed.supervisor
                .launcherFor(bed.owner(Cancellation.NEVER))
                .run(bed.shell(arguments[3]).build());
    }
}
