package io.infloop.webhook.catalogue;

import static io.infloop.webhook.catalogue.Hash.base64;
import static io.infloop.webhook.catalogue.Hash.hex;
import static io.infloop.webhook.catalogue.Hash.hmac;
import static io.infloop.webhook.catalogue.Hash.hmac256;
import static io.infloop.webhook.catalogue.Hash.utf8;

import io.infloop.webhook.catalogue.Sender.Credential;
import io.infloop.webhook.catalogue.Sender.Proof;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Senders that sign the raw body with HMAC and nothing else. */
final class BodySenders {
    static final byte[] JSON =
            utf8("{\"type\":\"thing.happened\",\"text\":\"Grüße, 世界 \\u00e9\",\"n\":9007199254740993}");
    static final List<Credential> PLAIN = List.of(plain("first-secret-of-the-test"), plain("another-secret-of-it"));

    private static final Function<byte[], String> HEX = Hash::hex;
    private static final Function<byte[], String> BASE64 = Hash::base64;

    private BodySenders() {}

    static Stream<Sender> all() {
        return Stream.of(
                sha256("github", "X-Hub-Signature-256", "sha256=", HEX),
                sha256("gitea", "X-Gitea-Signature", "", HEX),
                sha256("forgejo", "X-Forgejo-Signature", "", HEX),
                sha256("bitbucket", "X-Hub-Signature", "sha256=", HEX),
                sha256("jira", "X-Hub-Signature", "sha256=", HEX),
                sha256("meta", "X-Hub-Signature-256", "sha256=", HEX),
                sha256("whatsapp", "X-Hub-Signature-256", "sha256=", HEX),
                sha256("shopify", "X-Shopify-Hmac-Sha256", "", BASE64),
                sha256("woocommerce", "X-WC-Webhook-Signature", "", BASE64),
                sha256("line", "X-Line-Signature", "", BASE64),
                sha256("notion", "X-Notion-Signature", "sha256=", HEX),
                sha256("razorpay", "X-Razorpay-Signature", "", HEX),
                sha256("gocardless", "Webhook-Signature", "", HEX),
                sha256("coinbase-commerce", "X-CC-Webhook-Signature", "", HEX),
                sha256("kontent-ai", "X-Kontent-ai-Signature", "", BASE64),
                sha256("typeform", "Typeform-Signature", "sha256=", BASE64),
                sha256("cal-com", "X-Cal-Signature-256", "", HEX),
                sha256("lemon-squeezy", "X-Signature", "", HEX),
                sha256("sentry", "Sentry-Hook-Signature", "", HEX),
                sha256("circleci", "circleci-signature", "v1=", HEX),
                sha256("pagerduty", "X-PagerDuty-Signature", "v1=", HEX),
                sha256("docusign", "X-DocuSign-Signature-1", "", BASE64),
                sha256("heroku", "Heroku-Webhook-Hmac-SHA256", "", BASE64),
                sha256("dropbox", "X-Dropbox-Signature", "", HEX),
                sha256("xero", "x-xero-signature", "", BASE64),
                sha256("asana", "X-Hook-Signature", "", HEX),
                sha256("hookdeck", "X-Hookdeck-Signature", "", BASE64),
                sha256("cursor", "X-Webhook-Signature", "sha256=", HEX),
                sha256("attio", "Attio-Signature", "", HEX),
                sha1("intercom", "X-Hub-Signature", "sha1="),
                sha1("vercel", "x-vercel-signature", ""),
                pusher(),
                adyenPlatform(),
                easyPost());
    }

    static Credential plain(String secret) {
        return new Credential(secret, utf8(secret));
    }

    private static Sender sha256(String id, String header, String prefix, Function<byte[], String> encoding) {
        return new Sender(
                id,
                PLAIN,
                time -> JSON,
                (credential, body, time) ->
                        Delivery.post(body).header(header, prefix + encoding.apply(hmac256(credential.bytes(), body))),
                Proof.of(header),
                Map.of());
    }

    private static Sender sha1(String id, String header, String prefix) {
        return new Sender(
                id,
                PLAIN,
                time -> JSON,
                (credential, body, time) ->
                        Delivery.post(body).header(header, prefix + hex(hmac("HmacSHA1", credential.bytes(), body))),
                Proof.of(header),
                Map.of());
    }

    /** A second header says which key of the application signed; it is not signed itself. */
    private static Sender pusher() {
        return new Sender(
                "pusher",
                PLAIN,
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header("X-Pusher-Key", "c3b6f0d9e8")
                        .header("X-Pusher-Signature", hex(hmac256(credential.bytes(), body))),
                Proof.of("X-Pusher-Signature"),
                Map.of("appKey", "c3b6f0d9e8"));
    }

    /** The key is shown in hexadecimal digits. */
    static Credential hexKey(String digits) {
        return new Credential(digits, HexFormat.of().parseHex(digits));
    }

    private static Sender adyenPlatform() {
        return new Sender(
                "adyen-platform",
                List.of(
                        hexKey("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C0"),
                        hexKey("00112233445566778899AABBCCDDEEFF")),
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header("Protocol", "HmacSHA256")
                        .header("HmacSignature", base64(hmac256(credential.bytes(), body))),
                Proof.of("HmacSignature"),
                Map.of());
    }

    /** The secret is normalised before it is used. */
    private static Sender easyPost() {
        String entered = "sécret";
        return new Sender(
                "easypost",
                List.of(
                        new Credential(entered, utf8(Normalizer.normalize(entered, Normalizer.Form.NFKD))),
                        plain("another")),
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header("X-Hmac-Signature", "hmac-sha256-hex=" + hex(hmac256(credential.bytes(), body))),
                Proof.of("X-Hmac-Signature"),
                Map.of());
    }
}
