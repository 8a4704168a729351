package io.infloop.webhook.catalogue;

import static io.infloop.webhook.catalogue.BodySenders.JSON;
import static io.infloop.webhook.catalogue.BodySenders.PLAIN;
import static io.infloop.webhook.catalogue.BodySenders.hexKey;
import static io.infloop.webhook.catalogue.Hash.base64;
import static io.infloop.webhook.catalogue.Hash.hex;
import static io.infloop.webhook.catalogue.Hash.hmac;
import static io.infloop.webhook.catalogue.Hash.hmac256;
import static io.infloop.webhook.catalogue.Hash.sha256;
import static io.infloop.webhook.catalogue.Hash.utf8;

import io.infloop.webhook.catalogue.Sender.Proof;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Senders that sign less than the body, or more, or in another way; and those that only show a secret. */
final class OtherSenders {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String ADYEN_FIELDS =
            "7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true";

    private OtherSenders() {}

    static Stream<Sender> all() {
        return Stream.of(
                mailgun(),
                dropboxSign(),
                adyenPayments(),
                hubSpot1(),
                hubSpot2(),
                twilio(),
                square(),
                trello(),
                messageBird(),
                liveKit(),
                fusionAuth(),
                token("vapi", "X-Vapi-Secret"),
                token("deepgram", "dg-token"),
                token("telegram", "X-Telegram-Bot-Api-Secret-Token"),
                token("okta", "Authorization"),
                token("adobe-sign", "X-AdobeSign-ClientId"),
                microsoftGraph(),
                basic("chargebee"),
                basic("postmark"),
                basic("azure-devops"));
    }

    /** Signed are a time and a token, both in the body; the event is not. */
    private static Sender mailgun() {
        String token = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0";
        return new Sender(
                "mailgun",
                PLAIN,
                time -> utf8(""),
                (credential, body, time) -> {
                    long t = time.getEpochSecond();
                    return Delivery.post(utf8("{\"signature\":{\"timestamp\":\"" + t + "\",\"token\":\"" + token
                            + "\",\"signature\":\"" + hex(hmac256(credential.bytes(), t, token))
                            + "\"},\"event-data\":{\"event\":\"opened\"}}"));
                },
                Proof.inside("\"timestamp\":\"", "\"token\":\"", "\"signature\":\"")
                        .window(300, 300),
                Map.of());
    }

    /** A field of a multipart form; signed are the time and the type of the event. */
    private static Sender dropboxSign() {
        return new Sender(
                "dropbox-sign",
                PLAIN,
                time -> utf8(""),
                (credential, body, time) -> {
                    String json =
                            "{\"event\":{\"event_type\":\"signature_request_viewed\",\"event_time\":\"1348177752\","
                                    + "\"event_hash\":\""
                                    + hex(hmac256(credential.bytes(), "1348177752", "signature_request_viewed"))
                                    + "\"}}";
                    byte[] form = utf8("--xYzZY\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n" + json
                            + "\r\n--xYzZY--\r\n");
                    return Delivery.post(form).with("Content-Type", "multipart/form-data; boundary=xYzZY");
                },
                Proof.inside("\"event_type\":\"", "\"event_time\":\"", "\"event_hash\":\""),
                Map.of());
    }

    /** Eight fields, joined by colons; one that is missing counts as empty. */
    private static Sender adyenPayments() {
        return new Sender(
                "adyen-payments",
                List.of(
                        hexKey("44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"),
                        hexKey("00112233445566778899AABBCCDDEEFF")),
                time -> utf8(""),
                (credential, body, time) ->
                        Delivery.post(adyenPayment(base64(hmac256(credential.bytes(), ADYEN_FIELDS)))),
                Proof.inside(
                        "\"hmacSignature\":\"",
                        "\"currency\":\"",
                        "\"eventCode\":\"",
                        "\"merchantAccountCode\":\"",
                        "\"merchantReference\":\"",
                        "\"pspReference\":\"",
                        "\"success\":\""),
                Map.of());
    }

    static byte[] adyenPayment(String signature) {
        return utf8("{\"live\":\"false\",\"notificationItems\":[{\"NotificationRequestItem\":{\"additionalData\":"
                + "{\"hmacSignature\":\"" + signature + "\"},\"amount\":{\"currency\":\"EUR\",\"value\":1130},"
                + "\"eventCode\":\"AUTHORISATION\",\"merchantAccountCode\":\"TestMerchant\","
                + "\"merchantReference\":\"TestPayment-1407325143704\",\"pspReference\":\"7914073381342284\","
                + "\"success\":\"true\"}}]}");
    }

    /** A digest, not an HMAC: the secret comes first. */
    private static Sender hubSpot1() {
        return new Sender(
                "hubspot-v1",
                PLAIN,
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header("X-HubSpot-Signature-Version", "v1")
                        .header("X-HubSpot-Signature", hex(sha256(credential.bytes(), body))),
                Proof.of("X-HubSpot-Signature"),
                Map.of());
    }

    private static Sender hubSpot2() {
        return new Sender(
                "hubspot-v2",
                PLAIN,
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header("X-HubSpot-Signature-Version", "v2")
                        .header("X-HubSpot-Signature", hex(sha256(credential.bytes(), "POST", Delivery.URL, body))),
                Proof.of("X-HubSpot-Signature").withUrl(),
                Map.of());
    }

    /** The URL, then names and values of the fields in the order of the names. */
    private static Sender twilio() {
        return new Sender(
                "twilio",
                PLAIN,
                time -> utf8("From=15550100&To=15550101&Body=Two%20words&AccountSid=AC1"),
                (credential, body, time) -> Delivery.post(body)
                        .with("Content-Type", FORM)
                        .header(
                                "X-Twilio-Signature",
                                base64(hmac(
                                        "HmacSHA1",
                                        credential.bytes(),
                                        Delivery.URL,
                                        "AccountSidAC1BodyTwo wordsFrom15550100To15550101"))),
                Proof.of("X-Twilio-Signature").withUrl(),
                Map.of());
    }

    private static Sender square() {
        return new Sender(
                "square",
                PLAIN,
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header(
                                "x-square-hmacsha256-signature",
                                base64(hmac256(credential.bytes(), Delivery.URL, body))),
                Proof.of("x-square-hmacsha256-signature").withUrl(),
                Map.of());
    }

    private static Sender trello() {
        return new Sender(
                "trello",
                PLAIN,
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header("X-Trello-Webhook", base64(hmac("HmacSHA1", credential.bytes(), body, Delivery.URL))),
                Proof.of("X-Trello-Webhook").withUrl(),
                Map.of());
    }

    /** A token with digests of URL and body; it lives for a minute. */
    private static Sender messageBird() {
        return new Sender(
                "messagebird",
                PLAIN,
                time -> JSON,
                (credential, body, time) -> {
                    long t = time.getEpochSecond();
                    return Delivery.post(body)
                            .header(
                                    "MessageBird-Signature-JWT",
                                    Hash.token(
                                            credential.bytes(),
                                            "{\"iss\":\"MessageBird\",\"jti\":\"e92c7b3a\",\"nbf\":" + t + ",\"exp\":"
                                                    + (t + 60) + ",\"url_hash\":\"" + hex(sha256(Delivery.URL))
                                                    + "\",\"payload_hash\":\"" + hex(sha256((Object) body)) + "\"}"));
                },
                Proof.of("MessageBird-Signature-JWT").window(65, 5).withUrl(),
                Map.of());
    }

    private static Sender liveKit() {
        return new Sender(
                "livekit",
                PLAIN,
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .with("Content-Type", "application/webhook+json")
                        .header(
                                "Authorization",
                                Hash.token(
                                        credential.bytes(),
                                        "{\"iss\":\"APIabcdef\",\"nbf\":" + time.getEpochSecond() + ",\"exp\":"
                                                + (time.getEpochSecond() + 300)
                                                + ",\"sha256\":\"" + base64(sha256((Object) body)) + "\"}")),
                Proof.of("Authorization").window(305, 5),
                Map.of("apiKey", "APIabcdef"));
    }

    private static Sender fusionAuth() {
        return new Sender(
                "fusionauth",
                PLAIN,
                time -> JSON,
                (credential, body, time) -> Delivery.post(body)
                        .header(
                                "X-FusionAuth-Signature-JWT",
                                Hash.token(
                                        credential.bytes(),
                                        "{\"request_body_sha256\":\"" + base64(sha256((Object) body)) + "\"}")),
                Proof.of("X-FusionAuth-Signature-JWT"),
                Map.of());
    }

    private static Sender token(String id, String header) {
        return new Sender(
                id,
                PLAIN,
                time -> JSON,
                (credential, body, time) -> Delivery.post(body).header(header, credential.entered()),
                Proof.of(header).only(),
                Map.of());
    }

    private static Sender microsoftGraph() {
        return new Sender(
                "microsoft-graph",
                PLAIN,
                time -> utf8(""),
                (credential, body, time) -> Delivery.post(utf8(
                        "{\"value\":[{\"changeType\":\"created\",\"clientState\":\"" + credential.entered() + "\"}]}")),
                Proof.inside("\"clientState\":\""),
                Map.of());
    }

    private static Sender basic(String id) {
        return new Sender(
                id,
                List.of(BodySenders.plain("alice:first secret"), BodySenders.plain("alice:another")),
                time -> JSON,
                (credential, body, time) ->
                        Delivery.post(body).header("Authorization", "Basic " + base64(utf8(credential.entered()))),
                Proof.of("Authorization").only(),
                Map.of());
    }
}
