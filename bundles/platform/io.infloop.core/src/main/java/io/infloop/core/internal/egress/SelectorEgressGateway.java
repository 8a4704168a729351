package io.infloop.core.internal.egress;

import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import io.infloop.core.internal.net.NameResolver;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Serves all sessions with one thread, and a few more for name lookups, which block. Starts them when the first session needs them. */
public final class SelectorEgressGateway implements EgressGateway, AutoCloseable {
    private static final int LOOKUP_THREADS = 16;
    private static final int MAX_WAITING_LOOKUPS = 1_024;
    private static final int RANDOM_BYTES = 24;

    private final Redactor redactor;
    private final NameResolver resolver;
    private final EgressLimits limits;
    private final DenialReporter reporter;
    private final ThreadPoolExecutor lookupThreads;
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<ProxySession> sessions = ConcurrentHashMap.newKeySet();
    private EgressLoop loop;
    private boolean closed;

    public SelectorEgressGateway(AuditLog audit, Redactor redactor) {
        this(audit, redactor, NameResolver.SYSTEM, EgressLimits.DEFAULT);
    }

    SelectorEgressGateway(AuditLog audit, Redactor redactor, NameResolver resolver, EgressLimits limits) {
        this.redactor = redactor;
        this.resolver = resolver;
        this.limits = limits;
        this.reporter = new DenialReporter(audit);
        AtomicInteger number = new AtomicInteger();
        this.lookupThreads = new ThreadPoolExecutor(
                LOOKUP_THREADS,
                LOOKUP_THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING_LOOKUPS),
                task -> {
                    Thread thread = new Thread(task, "infloop egress names " + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        lookupThreads.allowCoreThreadTimeOut(true);
    }

    @Override
    public EgressSession open(EgressPolicy policy, EgressOwner owner, EgressListener listener) throws EgressException {
        EgressLoop running = loop();
        String credential = randomText();
        ProxySession session = new ProxySession(
                new ProxySession.Parts(
                        running,
                        limits,
                        new Lookups(resolver, lookupThreads, running),
                        reporter,
                        connections,
                        sessions::remove,
                        credential,
                        randomText(),
                        redactor.add(credential)),
                policy,
                owner,
                listener);
        sessions.add(session);
        return session;
    }

    private synchronized EgressLoop loop() throws EgressException {
        if (closed) {
            throw new EgressException("the server shuts down");
        }
        if (loop == null || !loop.isAlive()) {
            try {
                loop = new EgressLoop();
            } catch (IOException failed) {
                throw new EgressException("no selector can be opened: " + failed.getMessage(), failed);
            }
        }
        return loop;
    }

    private String randomText() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public long denied() {
        return reporter.count();
    }

    @Override
    public int connections() {
        return connections.get();
    }

    /** Closes all sessions. */
    @Override
    public void close() {
        EgressLoop running;
        synchronized (this) {
            closed = true;
            running = loop;
        }
        List.copyOf(sessions).forEach(ProxySession::close);
        if (running != null) {
            running.close();
        }
        lookupThreads.shutdownNow();
        reporter.close();
    }
}
