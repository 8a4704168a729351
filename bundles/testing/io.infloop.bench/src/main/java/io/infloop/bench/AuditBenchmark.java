package io.infloop.bench;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.internal.audit.FileAuditLog;
import io.infloop.core.internal.audit.KnownSecrets;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a line of the audit costs its caller, who waits until it is in the file; beside it a plain write of as many bytes without a
 * lock of the system, a chain or a redactor. Both files are synced twice a second, as the server does it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AuditBenchmark {
    private static final long MAX_BYTES = 64L * 1024 * 1024;
    private static final int MAX_FILES = 2;
    private static final int SYNC_MILLIS = 500;

    private final KnownSecrets secrets = new KnownSecrets();
    private Path directory;
    private FileAuditLog log;
    private RandomAccessFile plain;
    private byte[] line;
    private long position;
    private ScheduledExecutorService syncing;

    @Setup
    public void prepare() throws IOException {
        Path target = Files.createDirectories(Path.of("target"));
        directory = Files.createTempDirectory(target, "audit");
        secrets.add("a-token-that-is-only-used-for-measuring");
        secrets.add(GithubDelivery.SECRET);
        log = new FileAuditLog(
                directory, directory.resolve("key"), MAX_BYTES, MAX_FILES, secrets, Clock.systemUTC(), false);
        log.prepare();
        log.append(event());
        List<String> lines = Files.readAllLines(directory.resolve("audit.jsonl"));
        line = (lines.get(lines.size() - 1) + "\n").getBytes(StandardCharsets.UTF_8);
        plain = new RandomAccessFile(directory.resolve("plain").toFile(), "rw");
        syncing = Executors.newSingleThreadScheduledExecutor();
        syncing.scheduleWithFixedDelay(this::sync, SYNC_MILLIS, SYNC_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void sync() {
        log.force();
        try {
            plain.getFD().sync();
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @TearDown
    public void remove() throws IOException, InterruptedException {
        syncing.shutdown();
        syncing.awaitTermination(30, TimeUnit.SECONDS);
        boolean complete = log.writeErrors() == 0;
        log.close();
        plain.close();
        try (Stream<Path> below = Files.walk(directory)) {
            for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        if (!complete) {
            throw new IllegalStateException("lines could not be written; the figures mean nothing");
        }
    }

    private static AuditEvent event() {
        return AuditEvent.of("webhook.rejected", Actor.WEBHOOK)
                .outcome(AuditEvent.Outcome.DENIED)
                .with("correlationId", "cid_abcdefghijklmnopqrstuv")
                .with("triggerId", "AAAAAAAAAAAAAAAAAAAAAA")
                .with("reason", "bad-signature")
                .with("remoteAddr", "192.0.2.7")
                .build();
    }

    @Benchmark
    @Threads(1)
    public void append() {
        log.append(event());
    }

    @Benchmark
    @Threads(8)
    public void appendByEight() {
        log.append(event());
    }

    @Benchmark
    @Threads(1)
    public void plainWrite() throws IOException {
        write();
    }

    @Benchmark
    @Threads(8)
    public void plainWriteByEight() throws IOException {
        write();
    }

    /** Begins anew where the log would begin a new file. */
    private synchronized void write() throws IOException {
        if (position + line.length > MAX_BYTES) {
            plain.setLength(0);
            plain.seek(0);
            position = 0;
        }
        plain.write(line);
        position += line.length;
    }
}
