package io.infloop.signing.declarative.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A scheme whose declarations say everything. */
abstract class DeclarativeScheme implements SignatureScheme {
    /** More than there are sources; beyond it, those of sources that are gone are dropped with the rest. */
    private static final int MAX_COMPILED = 512;

    private final SchemeKind kind;
    // Deliveries of a source come with the same object each time; reading it anew costs more than comparing a
    // signature.
    // A published map is never changed, so that readers need no lock.
    private volatile Map<JsonObject, Declaration> compiled = new IdentityHashMap<>();

    DeclarativeScheme(SchemeKind kind) {
        this.kind = kind;
    }

    @Override
    public final String id() {
        return kind.id();
    }

    @Override
    public final void check(JsonObject settings) {
        Declaration.compile(kind, settings);
    }

    @Override
    public final Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        return declaration(settings).verify(request, context);
    }

    @Override
    public final Optional<WebhookRequest> sign(WebhookRequest unsigned, JsonObject settings, SigningContext context) {
        return declaration(settings).sign(unsigned, context);
    }

    @Override
    public final List<ValueLocation> credentials(JsonObject settings) {
        return declaration(settings).credentials();
    }

    @Override
    public final Duration replayWindow(JsonObject settings) {
        return declaration(settings).replayWindow();
    }

    @Override
    public final boolean needsPublicUrl(JsonObject settings) {
        return declaration(settings).needsPublicUrl();
    }

    private Declaration declaration(JsonObject settings) {
        Declaration known = compiled.get(settings);
        return known == null ? compile(settings) : known;
    }

    private synchronized Declaration compile(JsonObject settings) {
        Declaration declaration = compiled.get(settings);
        if (declaration == null) {
            declaration = Declaration.compile(kind, settings);
            Map<JsonObject, Declaration> more =
                    compiled.size() >= MAX_COMPILED ? new IdentityHashMap<>() : new IdentityHashMap<>(compiled);
            more.put(settings, declaration);
            compiled = more;
        }
        return declaration;
    }
}
