package io.infloop.host.internal.manifest;

/**
 * How a manifest fares.
 *
 * @param reason one sentence; empty when it serves
 */
public record ManifestState(Status status, String reason) {
    /** What became of a manifest. */
    public enum Status {
        SERVING,
        /** What it builds on is not there. */
        WAITING,
        FAILED
    }

    static final ManifestState SERVING = new ManifestState(Status.SERVING, "");

    static ManifestState waiting(String reason) {
        return new ManifestState(Status.WAITING, reason);
    }

    static ManifestState failed(String reason) {
        return new ManifestState(Status.FAILED, reason);
    }
}
