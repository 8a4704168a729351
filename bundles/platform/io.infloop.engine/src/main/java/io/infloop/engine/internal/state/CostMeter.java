package io.infloop.engine.internal.state;

import java.math.BigDecimal;

/** What all runs since the start of the server have cost, as far as agents said, added up exactly. Thread-safe. */
public final class CostMeter {
    private final BigDecimal limitUsd;
    private final Runnable onExhausted;
    private BigDecimal totalUsd = BigDecimal.ZERO;

    /**
     * @param limitUsd 0 for none
     * @param onExhausted called once, when the total goes above the limit, by whoever added the cost
     */
    public CostMeter(double limitUsd, Runnable onExhausted) {
        this.limitUsd = BigDecimal.valueOf(limitUsd);
        this.onExhausted = onExhausted;
    }

    void add(BigDecimal usd) {
        boolean news;
        synchronized (this) {
            boolean before = isExhausted();
            totalUsd = totalUsd.add(usd);
            news = !before && isExhausted();
        }
        if (news) {
            onExhausted.run();
        }
    }

    public synchronized double totalUsd() {
        return totalUsd.doubleValue();
    }

    /** Whether the total is above the limit; it stays so until the server is started again. */
    public synchronized boolean isExhausted() {
        return limitUsd.signum() > 0 && totalUsd.compareTo(limitUsd) > 0;
    }

    /** The sentence for those who are refused because of it. */
    public String message() {
        return "process budget exceeded: total cost > " + RunBudget.usd(limitUsd)
                + " USD (INFLOOP_MAX_TOTAL_COST_USD); it is reset by a restart of the server";
    }
}
