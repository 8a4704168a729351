package io.infloop.bench.load;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How long it takes from a delivery to the end of its run, one after the other: the workflow has a beginning and an end only. The end
 * is seen on the stream of events. Beside it a bare append of 4 KiB with a sync of its data, on the same disk.
 */
public final class LatencyLoad {
    private static final int WARMUP = 2_000;
    private static final int RUNS = 3_000;
    private static final int SYNCS = 1_000;
    private static final double P50_TARGET_MILLIS = 2;

    private LatencyLoad() {}

    public static void main(String[] arguments) throws Exception {
        LoadOptions options;
        try {
            String[] drained = Arrays.copyOf(arguments, arguments.length + 1);
            drained[arguments.length] = "--drain";
            options = LoadOptions.parse(drained);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.err.print(LoadOptions.USAGE);
            System.exit(2);
            return;
        }
        System.exit(run(options, System.out) ? 0 : 1);
    }

    private static boolean run(LoadOptions options, PrintStream out) throws Exception {
        Path data = options.work().resolve("latency-" + ProcessHandle.current().pid());
        try (MeasuredServer server = MeasuredServer.start(options, data);
                KeepAliveConnection sender = new KeepAliveConnection(server.port());
                Ends ends = new Ends(server.port())) {
            Deliveries genuine = Deliveries.genuine(server.webhookPath());
            double[] finished = new double[RUNS];
            for (int number = -WARMUP; number < RUNS; number++) {
                Requests.Request request = genuine.next();
                long sentAt = System.nanoTime();
                KeepAliveConnection.Answer answer = sender.ask(request.head(), request.body());
                if (answer.status() != 202) {
                    out.println("a delivery was answered with " + answer.status() + ": " + answer.body());
                    return false;
                }
                String correlationId =
                        Json.parseObject(answer.body()).string("correlationId").orElseThrow();
                long endedAt = ends.await(correlationId);
                if (number >= 0) {
                    finished[number] = (endedAt - sentAt) / 1e6;
                }
            }
            double[] synced = syncs(data.resolveSibling("latency.probe"));
            Arrays.sort(finished);
            out.printf("%-34s %9s %9s%n", "", "p50 ms", "p99 ms");
            row(out, "delivery sent → run finished", finished);
            row(out, "append of 4 KiB + fdatasync", synced);
            boolean reached = percentile(finished, 0.5) <= P50_TARGET_MILLIS;
            out.printf(
                    "p50 (target at most %.0f ms: %s); p99 is %.1f times that of the bare sync%n",
                    P50_TARGET_MILLIS,
                    reached ? "reached" : "missed",
                    percentile(finished, 0.99) / percentile(synced, 0.99));
            return reached || !options.check();
        } finally {
            Directories.delete(data);
        }
    }

    private static void row(PrintStream out, String name, double[] sorted) {
        out.printf("%-34s %9.2f %9.2f%n", name, percentile(sorted, 0.5), percentile(sorted, 0.99));
    }

    private static double percentile(double[] sorted, double fraction) {
        return sorted[(int) (sorted.length * fraction)];
    }

    private static double[] syncs(Path file) throws IOException {
        double[] times = new double[SYNCS];
        byte[] page = new byte[4 * 1024];
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            for (int number = 0; number < SYNCS; number++) {
                long began = System.nanoTime();
                channel.write(ByteBuffer.wrap(page));
                channel.force(false);
                times[number] = (System.nanoTime() - began) / 1e6;
            }
        } finally {
            Files.deleteIfExists(file);
        }
        Arrays.sort(times);
        return times;
    }

    /** The ends of runs as the stream of events tells them, with the time at which they arrived. */
    private static final class Ends implements AutoCloseable {
        private static final int WAIT_SECONDS = 30;

        private record End(String correlationId, long at) {}

        private final Socket socket;
        private final BlockingQueue<End> ends = new LinkedBlockingQueue<>();

        Ends(int port) throws IOException {
            socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
            socket.getOutputStream()
                    .write(("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n"
                                    + MeasuredServer.AUTHORIZATION + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            Thread reader = new Thread(this::read, "events");
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    long at = System.nanoTime();
                    if (line.startsWith("data: ") && line.contains("\"type\":\"run_finished\"")) {
                        JsonObject event = Json.parseObject(line.substring(6));
                        ends.add(new End(event.string("correlationId").orElse(""), at));
                    }
                }
            } catch (IOException closed) {
                ends.add(new End("closed", System.nanoTime()));
            }
        }

        long await(String correlationId) throws IOException, InterruptedException {
            while (true) {
                End end = ends.poll(WAIT_SECONDS, TimeUnit.SECONDS);
                if (end == null || end.correlationId().equals("closed")) {
                    throw new IOException("the end of a run was not told");
                }
                if (end.correlationId().equals(correlationId)) {
                    return end.at();
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
