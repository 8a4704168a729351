package io.infloop.core.internal.audit;

import java.io.IOException;
import java.nio.file.Path;

/** A file of the log as the appender uses it; a test may put one in its place that fails like a full disk. */
interface LogFile extends BackwardLines.Source, AutoCloseable {
    /** Opens an existing file for reading and writing. */
    interface Opener {
        LogFile open(Path path) throws IOException;
    }

    long size() throws IOException;

    /** Writes all of it; after a failure an unknown part of it is in the file. */
    void write(byte[] bytes, int length, long position) throws IOException;

    void truncate(long size) throws IOException;

    /** What is written survives a loss of power; may be called while another thread writes. */
    void sync() throws IOException;

    @Override
    void close() throws IOException;
}
