package io.infloop.rest.internal;

import io.infloop.core.audit.Redactor;
import io.infloop.spi.json.JsonObject;
import jakarta.servlet.Servlet;
import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * {@code /api/threads}: what each thread does at this moment. In place of {@code jstack}, which cannot attach to this server: whoever
 * can attach to a JVM reads its memory. Virtual threads are not listed.
 */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/threads")
public final class ThreadsResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final int MAX_THREADS = 2_000;
    private static final int MAX_FRAMES = 100;

    private final transient Redactor redactor;

    @Activate
    public ThreadsResource(@Reference Redactor redactor) {
        this.redactor = redactor;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] ids = threads.getAllThreadIds();
        ThreadInfo[] found =
                threads.getThreadInfo(LongStream.of(ids).limit(MAX_THREADS).toArray(), MAX_FRAMES);
        List<JsonObject> shown = Arrays.stream(found)
                // Ended in the meantime.
                .filter(thread -> thread != null)
                .sorted(Comparator.comparingLong(ThreadInfo::getThreadId))
                .map(this::json)
                .toList();
        long[] deadlocked = Optional.ofNullable(threads.findDeadlockedThreads()).orElseGet(() -> new long[0]);
        return ApiReply.ok(JsonObject.builder()
                .put("count", ids.length)
                .put("deadlocked", LongStream.of(deadlocked).boxed().toList())
                .put("threads", shown)
                .build());
    }

    private JsonObject json(ThreadInfo thread) {
        JsonObject.Builder json = JsonObject.builder()
                .put("id", thread.getThreadId())
                .put("name", redactor.redact(thread.getThreadName()))
                .put("state", thread.getThreadState().name())
                .put("daemon", thread.isDaemon());
        LockInfo lock = thread.getLockInfo();
        if (lock != null) {
            json.put("waitsFor", lock.getClassName());
        }
        if (thread.getLockOwnerId() >= 0) {
            json.put("heldBy", thread.getLockOwnerId());
        }
        return json.put(
                        "stack",
                        Arrays.stream(thread.getStackTrace())
                                .map(StackTraceElement::toString)
                                .toList())
                .build();
    }
}
