package io.infloop.webhook.catalogue;

import static io.infloop.webhook.catalogue.BodySenders.JSON;
import static io.infloop.webhook.catalogue.Hash.base64;
import static io.infloop.webhook.catalogue.Hash.hex;
import static io.infloop.webhook.catalogue.Hash.joined;

import io.infloop.webhook.catalogue.Sender.Credential;
import io.infloop.webhook.catalogue.Sender.Proof;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Senders that sign with a private key; the operator enters the public one. */
final class KeySenders {
    private KeySenders() {}

    static Stream<Sender> all() {
        List<Credential> hex = ed25519(Hash::hex);
        return Stream.of(
                discord("discord", hex),
                discord("discord-interactions", hex),
                telnyx(),
                standardWebhooks(),
                sendGrid());
    }

    private static List<Credential> ed25519(Function<byte[], String> written) {
        return Stream.of(1, 2)
                .map(n -> generate("Ed25519"))
                .map(pair -> {
                    byte[] encoded = pair.getPublic().getEncoded();
                    // The last 32 bytes of the encoding are the key.
                    byte[] key = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
                    return new Credential(written.apply(key), pair.getPrivate());
                })
                .toList();
    }

    private static KeyPair generate(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static byte[] sign(String algorithm, Credential credential, Object... parts) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign((PrivateKey) credential.key());
            signature.update(joined(parts));
            return signature.sign();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Sender discord(String id, List<Credential> credentials) {
        return new Sender(
                id,
                credentials,
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header("X-Signature-Timestamp", Long.toString(time.getEpochSecond()))
                        .header("X-Signature-Ed25519", hex(sign("Ed25519", credential, time.getEpochSecond(), body))),
                Proof.of("X-Signature-Ed25519").time("X-Signature-Timestamp", 300, 300),
                Map.of());
    }

    private static Sender telnyx() {
        return new Sender(
                "telnyx",
                ed25519(Hash::base64),
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header("telnyx-timestamp", Long.toString(time.getEpochSecond()))
                        .header(
                                "telnyx-signature-ed25519",
                                base64(sign("Ed25519", credential, time.getEpochSecond(), "|", body))),
                Proof.of("telnyx-signature-ed25519").time("telnyx-timestamp", 300, 300),
                Map.of());
    }

    private static Sender standardWebhooks() {
        return new Sender(
                "standard-webhooks-ed25519",
                ed25519(key -> "whpk_" + base64(key)),
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header("webhook-id", TimedSenders.ID)
                        .header("webhook-timestamp", Long.toString(time.getEpochSecond()))
                        .header(
                                "webhook-signature",
                                "v1a,"
                                        + base64(sign(
                                                "Ed25519",
                                                credential,
                                                TimedSenders.ID,
                                                ".",
                                                time.getEpochSecond(),
                                                ".",
                                                body))),
                Proof.of("webhook-signature")
                        .time("webhook-timestamp", 300, 300)
                        .id("webhook-id"),
                Map.of());
    }

    private static Sender sendGrid() {
        List<Credential> credentials = Stream.of(1, 2)
                .map(n -> generate("EC"))
                .map(pair -> new Credential(base64(pair.getPublic().getEncoded()), pair.getPrivate()))
                .toList();
        String signature = "X-Twilio-Email-Event-Webhook-Signature";
        String timestamp = "X-Twilio-Email-Event-Webhook-Timestamp";
        return new Sender(
                "sendgrid",
                credentials,
                time -> Hash.utf8("[{\"event\":\"delivered\",\"sg_event_id\":\"a\"}]\r\n"),
                (credential, body, time) -> Delivery.post(body)
                        .header(timestamp, Long.toString(time.getEpochSecond()))
                        .header(signature, base64(sign("SHA256withECDSA", credential, time.getEpochSecond(), body))),
                Proof.of(signature).time(timestamp, 86_400, 300),
                Map.of());
    }
}
