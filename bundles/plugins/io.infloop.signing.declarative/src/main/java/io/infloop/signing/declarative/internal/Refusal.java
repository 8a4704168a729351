package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Reason;

/** Ends a verification. It has no stack trace: forged requests are not exceptional, and must stay cheap. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** @param detail one sentence without any value of the request or a secret */
    Refusal(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }

    Verification toVerification() {
        return Verification.rejected(reason, getMessage());
    }
}
