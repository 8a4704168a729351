package io.infloop.signing.jwks.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher.KeyPolicy;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/**
 * Tokens (RFC 7519) whose keys are published as a set (RFC 7517): OpenID Connect push messages and their like. The server fetches the
 * set from the URL that the source or the trigger names, keeps it for an hour, and asks again at most once a minute for a key it does
 * not know.
 */
@Component(service = SignatureScheme.class)
public final class JwksScheme implements SignatureScheme {
    private static final Duration KEYS_AGE = Duration.ofHours(1);
    private static final Duration UNKNOWN_KEY_AGE = Duration.ofMinutes(1);
    private static final int MAX_SET_BYTES = 256 * 1024;
    private static final long SKEW_SECONDS = 60;

    @Override
    public String id() {
        return "jwks";
    }

    @Override
    public void check(JsonObject settings) {
        JwksSettings read = JwksSettings.read(settings);
        boolean ownKeys = ConfigText.isReference(read.keys());
        if (!ownKeys && read.audiences().isEmpty() && read.claims().isEmpty()) {
            throw new IllegalArgumentException(
                    "audience: audience or claims must tie tokens to the trigger, as keys at a"
                            + " fixed URL sign for everybody");
        }
    }

    @Override
    public boolean needsSecret(JsonObject settings) {
        return false;
    }

    @Override
    public boolean fetchesKeys(JsonObject settings) {
        return true;
    }

    @Override
    public List<ValueLocation> credentials(JsonObject settings) {
        return List.of(ValueLocation.header(JwksSettings.read(settings).header()));
    }

    @Override
    public Verification verify(WebhookRequest request, JsonObject settings, SigningContext context) {
        try {
            return decide(request, settings, context);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Verification.Deferred("interrupted while fetching a key");
        }
    }

    private static Verification decide(WebhookRequest request, JsonObject settings, SigningContext context)
            throws InterruptedException {
        JwksSettings declared = JwksSettings.read(settings);
        List<String> values = request.headers().all(declared.header());
        if (values.size() != 1) {
            return values.isEmpty()
                    ? Verification.rejected(Reason.MISSING_SIGNATURE, "the token's header is missing")
                    : Verification.rejected(Reason.DUPLICATE_SIGNATURE, "the token's header occurs twice");
        }
        if (!values.get(0).startsWith(declared.prefix())) {
            return Verification.rejected(Reason.MALFORMED_SIGNATURE, "the token's header does not begin as declared");
        }
        Optional<JsonWebToken> parsed =
                JsonWebToken.parse(values.get(0).substring(declared.prefix().length()));
        if (parsed.isEmpty() || parsed.get().header().has("crit")) {
            return Verification.rejected(
                    Reason.MALFORMED_SIGNATURE, "the token is not a signed token of the usual form");
        }
        JsonWebToken token = parsed.get();
        Optional<Algorithm> algorithm = token.header().string("alg").flatMap(Algorithm::of);
        if (algorithm.isEmpty() || !declared.algorithms().contains(algorithm.get())) {
            return Verification.rejected(Reason.UNSUPPORTED, "the token's algorithm is not one that is declared");
        }
        Optional<URI> url =
                ConfigText.resolve(declared.keys(), context.config()).flatMap(JwksScheme::keySet);
        if (url.isEmpty()) {
            return Verification.rejected(
                    Reason.UNSUPPORTED, "the URL of the key set is missing or not https; enter it in the trigger");
        }
        boolean genuine;
        try {
            genuine = isSigned(token, algorithm.get(), url.get(), context);
        } catch (KeyFetchException unreachable) {
            return new Verification.Deferred("the key set could not be fetched: " + unreachable.getMessage());
        }
        return genuine
                ? claims(token.claims(), declared, request, context)
                        .orElseGet(() -> new Verification.Accepted(
                                "key " + token.header().string("kid").orElse("of the set")))
                : Verification.rejected(Reason.MISMATCH, "no key of the set fits the token's signature");
    }

    private static Optional<URI> keySet(String text) {
        try {
            URI uri = new URI(text);
            return "https".equals(uri.getScheme()) && uri.getHost() != null && uri.getRawUserInfo() == null
                    ? Optional.of(uri)
                    : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    private static boolean isSigned(JsonWebToken token, Algorithm algorithm, URI url, SigningContext context)
            throws KeyFetchException, InterruptedException {
        String id = token.header().string("kid").orElse("");
        List<RemoteKey> keys = keys(url, KEYS_AGE, context);
        if (!id.isEmpty() && keys.stream().noneMatch(key -> key.id().equals(id))) {
            keys = keys(url, UNKNOWN_KEY_AGE, context);
        }
        return keys.stream()
                .filter(key -> id.isEmpty() || key.id().equals(id))
                .filter(algorithm::takes)
                .anyMatch(key -> algorithm.verifies(key.key(), token.signed(), token.signature()));
    }

    private static List<RemoteKey> keys(URI url, Duration age, SigningContext context)
            throws KeyFetchException, InterruptedException {
        byte[] set = context.keys().fetch(url, new KeyPolicy(Set.of(url.getHost()), age, MAX_SET_BYTES));
        try {
            return RemoteKey.readSet(Json.parseObject(new String(set, StandardCharsets.UTF_8)));
        } catch (JsonParseException malformed) {
            throw new KeyFetchException("what " + url.getHost() + " sent is not a key set", malformed);
        }
    }

    /** What is wrong with the claims; empty if nothing is. */
    private static Optional<Verification> claims(
            JsonObject claims, JwksSettings declared, WebhookRequest request, SigningContext context) {
        Optional<Verification> untimely =
                untimely(claims, declared, context.clock().instant().getEpochSecond());
        if (untimely.isPresent()) {
            return untimely;
        }
        if (!isOneOf(claims.get("iss"), declared.issuers(), context.config())) {
            return wrong("the token's issuer is not the declared one");
        }
        if (!isOneOf(claims.get("aud"), declared.audiences(), context.config())) {
            return wrong("the token is for another audience");
        }
        for (Map.Entry<String, String> claim : declared.claims().entrySet()) {
            if (!isOneOf(claims.get(claim.getKey()), List.of(claim.getValue()), context.config())) {
                return wrong("the token's claim " + claim.getKey() + " is not the declared one");
            }
        }
        if (!declared.bodyHash().isEmpty() && !hashFits(claims, declared, request)) {
            return Optional.of(Verification.rejected(Reason.BODY_MISMATCH, "the token is for another body"));
        }
        return Optional.empty();
    }

    private static Optional<Verification> wrong(String detail) {
        return Optional.of(Verification.rejected(Reason.WRONG_VALUE, detail));
    }

    private static Optional<Verification> untimely(JsonObject claims, JwksSettings declared, long now) {
        Optional<Long> issued = claims.number("iat").map(Number::longValue);
        Optional<Long> expires = claims.number("exp").map(Number::longValue);
        Optional<Long> notBefore = claims.number("nbf").map(Number::longValue);
        boolean bounded = declared.maxAgeSeconds() > 0 ? issued.isPresent() : expires.isPresent();
        if (!bounded) {
            return Optional.of(
                    Verification.rejected(Reason.MISSING_TIMESTAMP, "the token does not say until when it is valid"));
        }
        if (expires.isPresent() && expires.get() + SKEW_SECONDS < now
                || declared.maxAgeSeconds() > 0 && issued.get() + declared.maxAgeSeconds() < now) {
            return Optional.of(Verification.rejected(Reason.STALE, "the token has expired"));
        }
        return issued.orElse(now) - SKEW_SECONDS > now || notBefore.orElse(now) - SKEW_SECONDS > now
                ? Optional.of(Verification.rejected(Reason.FROM_THE_FUTURE, "the token is not valid yet"))
                : Optional.empty();
    }

    /** True if nothing is expected. A list in the token, as audiences may be, needs to hold one of them. */
    private static boolean isOneOf(Object claim, List<String> expected, Map<String, String> config) {
        if (expected.isEmpty()) {
            return true;
        }
        List<?> held = claim instanceof List<?> several ? several : claim == null ? List.of() : List.of(claim);
        return expected.stream()
                .map(text -> ConfigText.resolve(text, config))
                .flatMap(Optional::stream)
                .anyMatch(text -> held.stream().anyMatch(value -> text.equals(String.valueOf(value))));
    }

    private static boolean hashFits(JsonObject claims, JwksSettings declared, WebhookRequest request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(request.body());
            byte[] hash = digest.digest();
            String text = declared.bodyHashHex()
                    ? HexFormat.of().formatHex(hash)
                    : Base64.getEncoder().encodeToString(hash);
            return MessageDigest.isEqual(
                    text.getBytes(StandardCharsets.US_ASCII),
                    claims.string(declared.bodyHash()).orElse("").getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
