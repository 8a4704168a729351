package io.infloop.engine.internal.state;

/** What all runs since the start of the server have cost, as far as agents said. Thread-safe. */
public final class CostMeter {
    private final double limitUsd;
    private double totalUsd;

    /** @param limitUsd 0 for none */
    public CostMeter(double limitUsd) {
        this.limitUsd = limitUsd;
    }

    synchronized void add(double usd) {
        totalUsd += usd;
    }

    public synchronized double totalUsd() {
        return totalUsd;
    }

    public synchronized boolean isExhausted() {
        return limitUsd > 0 && totalUsd > limitUsd;
    }

    /** The sentence for those who are refused because of it. */
    public String message() {
        return "process budget exceeded: total cost > " + RunBudget.usd(limitUsd)
                + " USD (INFLOOP_MAX_TOTAL_COST_USD); it is reset by a restart of the server";
    }
}
