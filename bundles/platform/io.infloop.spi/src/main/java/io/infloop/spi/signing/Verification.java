package io.infloop.spi.signing;

import io.infloop.spi.webhook.HttpReply;

/** What a signature scheme found. */
public sealed interface Verification
        permits Verification.Accepted, Verification.Rejected, Verification.Answered, Verification.Deferred {
    /** Genuine. @param secretLabel label of the secret that fits, or what else proves it, e.g. the id of a remote key */
    record Accepted(String secretLabel) implements Verification {}

    /**
     * Not proven genuine. The sender learns nothing of the reason, the audit does.
     *
     * @param detail one sentence without any value of the request or a secret
     */
    record Rejected(Reason reason, String detail) implements Verification {}

    /** A genuine handshake, to be answered as given; no event. */
    record Answered(HttpReply reply) implements Verification {}

    /**
     * Cannot be decided now, for example because the sender's keys cannot be fetched: the sender is asked to repeat. Never a pass.
     *
     * @param detail one sentence without any value of the request or a secret
     */
    record Deferred(String detail) implements Verification {}

    /** Why a signature is not accepted. */
    enum Reason {
        MISSING_SIGNATURE,
        MALFORMED_SIGNATURE,
        DUPLICATE_SIGNATURE,
        MISMATCH,
        MISSING_TIMESTAMP,
        MALFORMED_TIMESTAMP,
        STALE,
        FROM_THE_FUTURE,
        /** The signature fits, but says that another body was signed. */
        BODY_MISMATCH,
        /** A value that the declaration fixes is another one. */
        WRONG_VALUE,
        /** More signatures than are tried. */
        TOO_MANY_CANDIDATES,
        UNSUPPORTED
    }

    static Verification accepted(SigningSecret secret) {
        return new Accepted(secret.label());
    }

    static Verification rejected(Reason reason, String detail) {
        return new Rejected(reason, detail);
    }
}
