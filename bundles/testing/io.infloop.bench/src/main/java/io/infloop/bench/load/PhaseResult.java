package io.infloop.bench.load;

import java.util.Map;

/**
 * What one measurement found.
 *
 * @param expected answers with the status that was expected
 * @param others other statuses and how often; -1 for broken connections
 * @param seconds how long it took
 * @param latencies microseconds of the expected answers, sorted
 * @param serverCpuMicros processor time that the server took meanwhile
 */
record PhaseResult(
        int expected, Map<Integer, Integer> others, double seconds, int[] latencies, double serverCpuMicros) {
    PhaseResult withServerCpu(double micros) {
        return new PhaseResult(expected, others, seconds, latencies, micros);
    }

    /** Microseconds of processor time of the server per expected answer. */
    double cpuMicros() {
        return serverCpuMicros / Math.max(1, expected);
    }

    double perSecond() {
        return expected / seconds;
    }

    double percentileMillis(double fraction) {
        return latencies.length == 0
                ? Double.NaN
                : latencies[Math.min(latencies.length - 1, (int) (latencies.length * fraction))] / 1_000.0;
    }
}
