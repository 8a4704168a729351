package io.infloop.core.id;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** Makes identifiers and checks those that come from outside, before any of them becomes a file name. Thread-safe. */
public final class Ids {
    private static final Pattern WORKFLOW = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern TRIGGER = Pattern.compile("[A-Za-z0-9_-]{16,32}");
    private static final Pattern CONNECTION = Pattern.compile("[a-z0-9][a-z0-9-]{0,29}");
    private static final Pattern RUN =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Pattern CORRELATION = Pattern.compile("cid_[A-Za-z0-9_-]{16,40}");
    private static final Pattern CONTRIBUTION = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
    private static final Pattern QUEUE = Pattern.compile("q-[0-9]{1,19}-[A-Za-z0-9]{1,32}");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicLong QUEUE_COUNTER = new AtomicLong();
    private static final String QUEUE_SALT = Long.toString(RANDOM.nextLong() >>> 34, 36);

    private Ids() {}

    public static boolean isWorkflowId(String id) {
        return WORKFLOW.matcher(id).matches() && !id.contains("..");
    }

    public static boolean isTriggerId(String id) {
        return TRIGGER.matcher(id).matches();
    }

    public static boolean isConnectionId(String id) {
        return CONNECTION.matcher(id).matches();
    }

    public static boolean isRunId(String id) {
        return RUN.matcher(id).matches();
    }

    public static boolean isCorrelationId(String id) {
        return CORRELATION.matcher(id).matches();
    }

    /** Ids of providers, sources, schemes, node types and plugins' other contributions. */
    public static boolean isContributionId(String id) {
        return CONTRIBUTION.matcher(id).matches();
    }

    public static boolean isQueueId(String id) {
        return QUEUE.matcher(id).matches();
    }

    /** A random UUID (version 4). */
    public static String newRunId() {
        return UUID.randomUUID().toString();
    }

    /** 128 random bits in 22 characters; a credential. */
    public static String newTriggerId() {
        return random128();
    }

    public static String newCorrelationId() {
        return "cid_" + random128();
    }

    /** {@code q-<epoch ms>-<suffix>}; unique also among servers that share a data directory. */
    public static String newQueueId(long epochMillis) {
        return "q-" + epochMillis + "-" + QUEUE_SALT + Long.toString(QUEUE_COUNTER.incrementAndGet(), 36);
    }

    /** How a trigger id, which is a credential, appears in logs and the audit. */
    public static String masked(String triggerId) {
        return triggerId.length() <= 6 ? "…" : triggerId.substring(0, 6) + "…";
    }

    private static String random128() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
