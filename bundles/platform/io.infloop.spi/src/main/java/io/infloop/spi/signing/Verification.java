package io.infloop.spi.signing;

import io.infloop.spi.webhook.HttpReply;

/** What a signature scheme found. */
public sealed interface Verification permits Verification.Accepted, Verification.Rejected, Verification.Answered {
    /** Genuine. @param secretLabel label of the secret that fits */
    record Accepted(String secretLabel) implements Verification {}

    /**
     * Not proven genuine. The sender learns nothing of the reason, the audit does.
     *
     * @param detail one sentence without any value of the request or a secret
     */
    record Rejected(Reason reason, String detail) implements Verification {}

    /** A genuine handshake, to be answered as given; no event. */
    record Answered(HttpReply reply) implements Verification {}

    /** Why a signature is not accepted. */
    enum Reason {
        MISSING_SIGNATURE,
        MALFORMED_SIGNATURE,
        DUPLICATE_SIGNATURE,
        MISMATCH,
        STALE,
        UNSUPPORTED
    }

    static Verification accepted(SigningSecret secret) {
        return new Accepted(secret.label());
    }

    static Verification rejected(Reason reason, String detail) {
        return new Rejected(reason, detail);
    }
}
