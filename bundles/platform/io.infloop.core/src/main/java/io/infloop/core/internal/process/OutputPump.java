package io.infloop.core.internal.process;

import io.infloop.spi.process.CapturedOutput;
import io.infloop.spi.process.ProcessSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one output stream of a child to its end; beyond the cap it goes on reading, so the child never blocks. */
final class OutputPump implements Runnable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OutputPump.class);

    private final InputStream stream;
    private final OutputCapture capture;
    private final LineSplitter lines;
    private final Consumer<String> consumer;
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile long lastProgress = System.nanoTime();
    private volatile boolean abandoned;
    private volatile boolean reading;
    private boolean consumerFailed;

    OutputPump(InputStream stream, OutputCapture capture, Consumer<String> consumer) {
        this.stream = stream;
        this.capture = capture;
        this.consumer = consumer;
        this.lines = new LineSplitter(ProcessSpec.MAX_LINE_BYTES, this::deliver);
    }

    @Override
    public void run() {
        byte[] buffer = new byte[16 * 1024];
        try {
            for (int count = read(buffer); count >= 0; count = read(buffer)) {
                if (abandoned) {
                    return;
                }
                synchronized (capture) {
                    capture.add(buffer, count);
                }
                lines.add(buffer, count);
            }
        } catch (IOException closed) {
            LOGGER.debug("the output of a child ended early", closed);
        } finally {
            if (!abandoned) {
                lines.finish();
            }
            finished.countDown();
        }
    }

    private int read(byte[] buffer) throws IOException {
        lastProgress = System.nanoTime();
        reading = true;
        try {
            return stream.read(buffer);
        } finally {
            reading = false;
        }
    }

    boolean awaitEnd(long timeout, TimeUnit unit) throws InterruptedException {
        return finished.await(timeout, unit);
    }

    /** Waits for the end until nothing comes for {@code quietMillis}, at most {@code maxMillis}; a busy consumer is not quiet. */
    boolean awaitEndOrQuiet(long quietMillis, long maxMillis) throws InterruptedException {
        long start = System.nanoTime();
        while (!finished.await(10, TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            long since = now - Math.max(lastProgress, start);
            if ((reading && since > TimeUnit.MILLISECONDS.toNanos(quietMillis))
                    || now - start > TimeUnit.MILLISECONDS.toNanos(maxMillis)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Gives the stream up while something that escaped still holds its other end. It is not closed: the thread sits in a read, and a
     * closed descriptor could be another file's next.
     */
    void abandon() {
        abandoned = true;
    }

    /** To be called once: gives the memory back. */
    CapturedOutput captured() {
        synchronized (capture) {
            try {
                return capture.result();
            } finally {
                capture.close();
            }
        }
    }

    private void deliver(String line) {
        if (consumerFailed || abandoned) {
            return;
        }
        try {
            consumer.accept(line);
        } catch (RuntimeException failed) {
            consumerFailed = true;
            LOGGER.warn("who reads the lines of a child failed and gets no more of them", failed);
        }
    }
}
