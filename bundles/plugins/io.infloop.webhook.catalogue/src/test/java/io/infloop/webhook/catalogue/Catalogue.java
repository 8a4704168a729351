package io.infloop.webhook.catalogue;

import io.infloop.host.internal.manifest.Manifest;
import io.infloop.host.internal.manifest.ManifestKind;
import io.infloop.host.internal.manifest.ManifestReader;
import io.infloop.signing.declarative.internal.Schemes;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.WebhookSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The manifests as the server reads them, with the schemes that verify them, and the senders as their documentation has them. */
final class Catalogue {
    static final Path FOLDER = Path.of("src/main/webhooks");
    static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");

    private static final Map<String, SignatureScheme> SCHEMES = Stream.<SignatureScheme>of(
                    new Schemes.Hmac(),
                    new Schemes.Digest(),
                    new Schemes.Ed25519(),
                    new Schemes.Ecdsa(),
                    new Schemes.Rsa(),
                    new Schemes.Jwt(),
                    new Schemes.Token(),
                    new Schemes.Basic())
            .collect(Collectors.toMap(SignatureScheme::id, Function.identity()));

    private static final Map<String, WebhookSource.Descriptor> SOURCES = read();

    private static final Map<String, Sender> SENDERS = Stream.of(
                    BodySenders.all(), TimedSenders.all(), OtherSenders.all(), KeySenders.all())
            .flatMap(senders -> senders)
            .collect(Collectors.toMap(Sender::id, Function.identity(), (a, b) -> a, TreeMap::new));

    private Catalogue() {}

    static Stream<WebhookSource.Descriptor> sources() {
        return SOURCES.values().stream();
    }

    static WebhookSource.Descriptor source(String id) {
        return Optional.ofNullable(SOURCES.get(id)).orElseThrow(() -> new AssertionError("no manifest " + id));
    }

    /** The manifest as written. */
    static JsonObject document(String id) {
        try {
            return Json.parseObject(Files.readString(FOLDER.resolve(id + ".json")));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static Stream<Sender> senders() {
        return SENDERS.values().stream();
    }

    static Stream<Sender> sendersThatProveATime() {
        return senders().filter(sender -> sender.proof().past().isPresent());
    }

    static SignatureScheme scheme(String id) {
        return SCHEMES.get(signature(id).scheme());
    }

    static SignatureDeclaration signature(String id) {
        return source(id).signature().orElseThrow();
    }

    static Verification verify(Sender sender, Delivery delivery, Instant now) {
        return verify(
                sender.id(),
                delivery,
                now,
                sender.config(),
                sender.credentials().get(0).entered());
    }

    static Verification verify(
            String id, Delivery delivery, Instant now, Map<String, String> config, String... secrets) {
        SigningContext context = SigningContext.of(
                Stream.of(secrets)
                        .map(secret -> new SigningSecret(secret, secret))
                        .toList(),
                config,
                Clock.fixed(now, ZoneOffset.UTC),
                KeyFetcher.NONE);
        return scheme(id)
                .verify(
                        delivery.received(source(id).intake(), now),
                        signature(id).settings(),
                        context);
    }

    private static Map<String, WebhookSource.Descriptor> read() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            Map<String, WebhookSource.Descriptor> sources = new TreeMap<>();
            List<Path> sorted = files.sorted().toList();
            for (Path file : sorted) {
                Manifest manifest = ManifestReader.read(
                        file.getFileName().toString(), Files.readAllBytes(file), Optional.of(ManifestKind.WEBHOOK));
                sources.put(manifest.id(), ((Manifest.OfSource) manifest).content());
            }
            return sources;
        } catch (Exception refused) {
            throw new AssertionError(refused);
        }
    }
}
