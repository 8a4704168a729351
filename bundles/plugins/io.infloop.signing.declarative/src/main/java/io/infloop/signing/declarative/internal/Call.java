package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.WebhookRequest;
import java.util.List;

/** One request that is verified, and how many comparisons it may still cost. */
final class Call {
    private static final int MAX_COMPARISONS = 64;
    /** Twenty bodies of the largest size that senders have. */
    private static final long MAX_BYTES = 512L << 20;

    private final WebhookRequest request;
    private final SigningContext context;
    private final List<SigningSecret> secrets;
    private int comparisons = MAX_COMPARISONS;
    private long bytes = MAX_BYTES;

    Call(WebhookRequest request, SigningContext context) {
        this.request = request;
        this.context = context;
        this.secrets = context.secrets();
    }

    WebhookRequest request() {
        return request;
    }

    SigningContext context() {
        return context;
    }

    /** The secrets of a rule. @param index of the only one, or negative for all */
    List<SigningSecret> secrets(int index) throws Refusal {
        if (index < 0 ? secrets.isEmpty() : secrets.size() <= index) {
            throw new Refusal(Reason.UNSUPPORTED, "the trigger has no secret for this signature");
        }
        return index < 0 ? secrets : secrets.subList(index, index + 1);
    }

    /** Secrets times signatures over all alternatives: what a stranger can make us compute. */
    void spend(int comparison) throws Refusal {
        comparisons -= comparison;
        if (comparisons < 0) {
            throw new Refusal(Reason.TOO_MANY_CANDIDATES, "there are more signatures and secrets than are compared");
        }
    }

    /** Bytes that are hashed over all alternatives: a large body must not be read once for each of many signatures. */
    void read(long more) throws Refusal {
        bytes -= more;
        if (bytes < 0) {
            throw new Refusal(Reason.TOO_MANY_CANDIDATES, "the body is too large for so many signatures and secrets");
        }
    }

    /** Templates outside of a signature: request and values of the trigger. */
    RequestTemplate.Values values() {
        return RequestTemplate.Values.of(request, java.util.Optional.empty(), context.config());
    }
}
