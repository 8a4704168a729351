package io.infloop.engine.internal.state;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why a run was cancelled; decides how it counts. */
public sealed interface CancelReason {
    /** Somebody pressed Stop. */
    record ByUser() implements CancelReason {}

    /** The server goes down. */
    record ByShutdown() implements CancelReason {}

    /** A ceiling was hit; not what anybody wanted, so the run has failed. */
    record OverBudget(String message) implements CancelReason {
        private static final Pattern SETTING = Pattern.compile("\\((INFLOOP_[A-Z_]+)\\)");

        /** The setting of the ceiling, which every message names in brackets. */
        public String setting() {
            Matcher named = SETTING.matcher(message);
            return named.find() ? named.group(1) : "unknown";
        }
    }

    default String status() {
        return this instanceof OverBudget ? "failed" : "cancelled";
    }

    default String message() {
        if (this instanceof OverBudget budget) {
            return budget.message();
        }
        return this instanceof ByShutdown ? "server shutdown" : "cancelled by user";
    }
}
