package io.infloop.ingress.internal;

import java.util.LinkedHashMap;
import java.util.Map;

/** How long each stage of one delivery took. Used by one thread after the other, never by two at once. */
final class StageTimes {
    private static final Stage[] STAGES = Stage.values();
    private static final long NANOS_PER_MICRO = 1_000;

    private final long[] nanos = new long[STAGES.length];
    private long last;

    /** Begins the first stage. */
    StageTimes() {
        this(System.nanoTime());
    }

    StageTimes(long startNanos) {
        this.last = startNanos;
    }

    /** The time since the last border belongs to that stage; a stage may come several times. */
    void end(Stage stage) {
        long now = System.nanoTime();
        nanos[stage.ordinal()] += now - last;
        last = now;
    }

    /** Microseconds by the stages' names, in order, without those that did not take place. */
    Map<String, Long> micros() {
        Map<String, Long> micros = new LinkedHashMap<>();
        for (Stage stage : STAGES) {
            if (nanos[stage.ordinal()] > 0) {
                micros.put(stage.text(), nanos[stage.ordinal()] / NANOS_PER_MICRO);
            }
        }
        return micros;
    }
}
