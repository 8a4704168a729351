package io.infloop.spi.node;

/** With which status an end node ends the run. */
public enum EndStatus {
    SUCCEEDED,
    FAILED
}
