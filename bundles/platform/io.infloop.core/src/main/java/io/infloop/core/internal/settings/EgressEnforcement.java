package io.infloop.core.internal.settings;

/** {@code INFLOOP_EGRESS_ENFORCE}. */
public enum EgressEnforcement {
    /** Children connect as they like. */
    OFF("0"),
    /** Children whose provider declares an allow-list reach the network through the egress proxy only. */
    ON("1"),
    /** As {@link #ON}, and a child without an allow-list, scripts included, reaches nothing. */
    STRICT("strict");

    private final String text;

    EgressEnforcement(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
