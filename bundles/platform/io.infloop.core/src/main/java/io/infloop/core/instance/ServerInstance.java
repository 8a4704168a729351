package io.infloop.core.instance;

import java.nio.file.Path;
import java.time.Instant;

/** This server process. An OSGi service of core. */
public interface ServerInstance {
    /** Unique among all servers that ever used the data directory. */
    String id();

    /** {@code <data>/instances/<id>}: what this server needs alone; removed at a clean stop. */
    Path directory();

    long pid();

    Instant startedAt();

    /** The product's version, e.g. {@code 0.1.0}. */
    String version();

    /** True for a server that only answers a command: no listener, and it must not write to the data directory. */
    boolean isReadOnly();

    /**
     * Whether the server of that id is running, on this machine and since the same start of the machine; false for one that is
     * dead or unknown. Reads the file system.
     */
    boolean isAlive(String instanceId);
}
