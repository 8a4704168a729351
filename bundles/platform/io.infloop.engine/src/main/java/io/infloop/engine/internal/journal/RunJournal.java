package io.infloop.engine.internal.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The journal of one run: appended to by the run, written by the writer's thread. Thread-safe. */
public final class RunJournal {
    /** Lines that may wait for a slow disk; further ones are dropped, which the caller makes visible. */
    private static final int MAX_PENDING_BYTES = 16 * 1024 * 1024;
    /** Beyond this the lines that a record cannot do without are dropped as well. */
    private static final int MAX_PENDING_ESSENTIAL_BYTES = 4 * MAX_PENDING_BYTES;

    private final JournalWriter writer;
    private final Path file;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private ByteArrayOutputStream pending = new ByteArrayOutputStream(512);
    private boolean scheduled;
    private boolean closing;
    private Optional<IOException> failure = Optional.empty();
    private Consumer<IOException> onFailure = ignored -> {};

    /** Only touched by the writer's thread. */
    private FileChannel channel;

    RunJournal(JournalWriter writer, Path file) {
        this.writer = writer;
        this.file = file;
    }

    /** Told once, on the writer's thread, when the journal cannot be written; nothing more is written then. */
    public synchronized void onFailure(Consumer<IOException> action) {
        this.onFailure = action;
    }

    /**
     * Appends a line. Does not wait.
     *
     * @param essential whether the line matters more than memory, within reason
     * @return false if it was dropped because too much is waiting for the disk
     */
    public boolean append(byte[] line, boolean essential) {
        synchronized (this) {
            if (closing || failure.isPresent()) {
                return true;
            }
            int limit = essential ? MAX_PENDING_ESSENTIAL_BYTES : MAX_PENDING_BYTES;
            if (pending.size() + line.length > limit) {
                return false;
            }
            pending.write(line, 0, line.length);
            pending.write('\n');
            if (scheduled) {
                return true;
            }
            scheduled = true;
        }
        writer.schedule(this);
        return true;
    }

    /** Takes nothing more. @return completes when everything is written, exceptionally when it could not be */
    public CompletableFuture<Void> close() {
        synchronized (this) {
            if (closing || scheduled) {
                closing = true;
                return closed;
            }
            closing = true;
            scheduled = true;
        }
        writer.schedule(this);
        return closed;
    }

    /** On the writer's thread: writes what is pending, closes the file if nothing more will come. */
    void writeBatch() {
        ByteArrayOutputStream batch;
        boolean last;
        synchronized (this) {
            batch = pending;
            pending = new ByteArrayOutputStream(512);
            last = closing;
            scheduled = last;
        }
        try {
            if (batch.size() > 0 && failureOf().isEmpty()) {
                if (channel == null) {
                    channel = JournalWriter.openForAppend(file);
                }
                JournalWriter.writeFully(channel, ByteBuffer.wrap(batch.toByteArray()));
            }
            if (last) {
                closeFile();
            }
        } catch (IOException unwritable) {
            fail(unwritable);
        }
        if (last) {
            failureOf().ifPresentOrElse(closed::completeExceptionally, () -> closed.complete(null));
        }
    }

    private synchronized Optional<IOException> failureOf() {
        return failure;
    }

    /** On the writer's thread. */
    void fail(IOException reason) {
        Consumer<IOException> action;
        boolean last;
        synchronized (this) {
            last = closing;
            if (failure.isPresent()) {
                return;
            }
            failure = Optional.of(reason);
            pending = new ByteArrayOutputStream(0);
            action = onFailure;
        }
        try {
            closeFile();
        } catch (IOException alsoUnwritable) {
            reason.addSuppressed(alsoUnwritable);
        }
        action.accept(reason);
        if (last) {
            closed.completeExceptionally(reason);
        }
    }

    private void closeFile() throws IOException {
        if (channel != null) {
            FileChannel open = channel;
            channel = null;
            open.close();
        }
    }
}
