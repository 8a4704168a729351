package io.infloop.webhook.catalogue;

import static io.infloop.webhook.catalogue.BodySenders.JSON;
import static io.infloop.webhook.catalogue.BodySenders.PLAIN;
import static io.infloop.webhook.catalogue.Hash.base64;
import static io.infloop.webhook.catalogue.Hash.base64Url;
import static io.infloop.webhook.catalogue.Hash.hex;
import static io.infloop.webhook.catalogue.Hash.hmac256;
import static io.infloop.webhook.catalogue.Hash.utf8;

import io.infloop.webhook.catalogue.Sender.Credential;
import io.infloop.webhook.catalogue.Sender.Proof;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Senders that sign a time with the raw body, with HMAC. */
final class TimedSenders {
    static final String ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

    private static final List<Credential> WHSEC = List.of(
            whsec("whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), whsec("whsec_", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"));

    private TimedSenders() {}

    static Stream<Sender> all() {
        return Stream.of(
                        Stream.of("standard-webhooks", "openai", "replicate", "liveblocks", "gitlab")
                                .map(id -> standardWebhooks(id, "webhook", WHSEC)),
                        Stream.of("svix", "clerk", "resend").map(id -> standardWebhooks(id, "svix", WHSEC)),
                        Stream.of(
                                standardWebhooks("polar", "webhook", PLAIN),
                                standardWebhooks(
                                        "supabase",
                                        "webhook",
                                        List.of(
                                                whsec("v1,whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                                                whsec("v1,whsec_", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD")))),
                        Stream.of("slack", "slack-interactions", "slack-commands")
                                .map(id -> versioned(id, "X-Slack-Signature", "X-Slack-Request-Timestamp")),
                        Stream.of(
                                versioned("zoom", "x-zm-signature", "x-zm-request-timestamp"),
                                stripe(),
                                paddle(),
                                mux(),
                                elevenLabs(),
                                workOs(),
                                sanity(),
                                linear(),
                                webflow(),
                                hubSpot(),
                                box(),
                                twitch(),
                                zendesk(),
                                calendly(),
                                retell()))
                .flatMap(senders -> senders);
    }

    private static Credential whsec(String prefix, String key) {
        return new Credential(prefix + key, java.util.Base64.getDecoder().decode(key));
    }

    /** Headers id, timestamp and signature; the signature is a list of {@code v1,<base64>} over {@code id.timestamp.body}. */
    private static Sender standardWebhooks(String id, String prefix, List<Credential> credentials) {
        return simple(
                id,
                credentials,
                (credential, body, time) -> {
                    long seconds = time.getEpochSecond();
                    return Delivery.post(body)
                            .header(prefix + "-id", ID)
                            .header(prefix + "-timestamp", Long.toString(seconds))
                            .header(
                                    prefix + "-signature",
                                    "v1," + base64(hmac256(credential.bytes(), ID, ".", seconds, ".", body)));
                },
                Proof.of(prefix + "-signature")
                        .time(prefix + "-timestamp", 300, 300)
                        .id(prefix + "-id"));
    }

    private static Sender simple(String id, List<Credential> credentials, Sender.Signer signer, Proof proof) {
        return new Sender(id, credentials, time -> JSON, signer, proof, Map.of());
    }

    /** {@code v0=<hex>} over {@code v0:timestamp:body}. */
    private static Sender versioned(String id, String signature, String timestamp) {
        return simple(
                id,
                PLAIN,
                (credential, body, time) -> Delivery.post(body)
                        .header(timestamp, Long.toString(time.getEpochSecond()))
                        .header(
                                signature,
                                "v0=" + hex(hmac256(credential.bytes(), "v0:", time.getEpochSecond(), ":", body))),
                Proof.of(signature).time(timestamp, 300, 300));
    }

    private static Sender stripe() {
        return simple(
                "stripe",
                PLAIN,
                (credential, body, time) -> {
                    long t = time.getEpochSecond();
                    String signature = hex(hmac256(credential.bytes(), t, ".", body));
                    return Delivery.post(body).header("Stripe-Signature", "t=" + t + ",v1=" + signature);
                },
                Proof.of("Stripe-Signature").window(300, 300));
    }

    private static Sender paddle() {
        return simple(
                "paddle",
                PLAIN,
                (credential, body, time) -> {
                    long t = time.getEpochSecond();
                    return Delivery.post(body)
                            .header(
                                    "Paddle-Signature",
                                    "ts=" + t + ";h1=" + hex(hmac256(credential.bytes(), t, ":", body)));
                },
                Proof.of("Paddle-Signature").window(5, 5));
    }

    private static Sender mux() {
        return simple(
                "mux",
                PLAIN,
                (credential, body, time) -> {
                    long t = time.getEpochSecond();
                    return Delivery.post(body)
                            .header(
                                    "Mux-Signature",
                                    "t=" + t + ",v1=" + hex(hmac256(credential.bytes(), t, ".", body)));
                },
                Proof.of("Mux-Signature").window(300, 300));
    }

    private static Sender elevenLabs() {
        return simple(
                "elevenlabs",
                PLAIN,
                (credential, body, time) -> {
                    long t = time.getEpochSecond();
                    return Delivery.post(body)
                            .header(
                                    "ElevenLabs-Signature",
                                    "t=" + t + ",v0=" + hex(hmac256(credential.bytes(), t, ".", body)));
                },
                Proof.of("ElevenLabs-Signature").window(1800, 300));
    }

    /** There is a space after the comma, and the time is in milliseconds. */
    private static Sender workOs() {
        return simple(
                "workos",
                PLAIN,
                (credential, body, time) -> {
                    long t = time.toEpochMilli();
                    return Delivery.post(body)
                            .header(
                                    "WorkOS-Signature",
                                    "t=" + t + ", v1=" + hex(hmac256(credential.bytes(), t, ".", body)));
                },
                Proof.of("WorkOS-Signature").window(180, 180));
    }

    private static Sender sanity() {
        return simple(
                "sanity",
                PLAIN,
                (credential, body, time) -> {
                    long t = time.toEpochMilli();
                    return Delivery.post(body)
                            .header(
                                    "sanity-webhook-signature",
                                    "t=" + t + ",v1=" + base64Url(hmac256(credential.bytes(), t, ".", body)));
                },
                Proof.of("sanity-webhook-signature").window(300, 300));
    }

    /** The time is a number inside the signed body; the header with a time is not signed. */
    private static Sender linear() {
        return new Sender(
                "linear",
                PLAIN,
                time -> utf8(
                        "{\"action\":\"create\",\"text\":\"Grüße\",\"webhookTimestamp\":" + time.toEpochMilli() + "}"),
                (credential, body, time) -> Delivery.post(body)
                        .header("Linear-Event", "Issue")
                        .header("Linear-Timestamp", "1")
                        .header("Linear-Signature", hex(hmac256(credential.bytes(), body))),
                Proof.of("Linear-Signature").window(60, 60),
                Map.of());
    }

    private static Sender webflow() {
        return simple(
                "webflow",
                PLAIN,
                (credential, body, time) -> {
                    long t = time.toEpochMilli();
                    return Delivery.post(body)
                            .header("X-Webflow-Timestamp", Long.toString(t))
                            .header("X-Webflow-Signature", hex(hmac256(credential.bytes(), t, ":", body)));
                },
                Proof.of("X-Webflow-Signature").time("X-Webflow-Timestamp", 300, 300));
    }

    /** Method, URL with a few escapes undone, body, milliseconds. */
    private static Sender hubSpot() {
        return simple(
                "hubspot",
                PLAIN,
                (credential, body, time) -> {
                    String url = Delivery.URL + "?a=b:c";
                    byte[] mac = hmac256(credential.bytes(), "POST", url, body, time.toEpochMilli());
                    return Delivery.post(body)
                            .withQuery("a=b%3Ac")
                            .header("X-HubSpot-Signature-Version", "v3")
                            .header("X-HubSpot-Request-Timestamp", Long.toString(time.toEpochMilli()))
                            .header("X-HubSpot-Signature-v3", base64(mac));
                },
                Proof.of("X-HubSpot-Signature-v3")
                        .time("X-HubSpot-Request-Timestamp", 300, 300)
                        .withUrl());
    }

    private static String iso(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Sender box() {
        return simple(
                "box",
                PLAIN,
                (credential, body, time) -> {
                    String written = iso(time).replace("Z", "+00:00");
                    return Delivery.post(body)
                            .header("BOX-DELIVERY-ID", "f96bb54b-ee16-4fc5-aa65-8c2d9e5b546f")
                            .header("BOX-DELIVERY-TIMESTAMP", written)
                            .header("BOX-SIGNATURE-VERSION", "1")
                            .header("BOX-SIGNATURE-ALGORITHM", "HmacSHA256")
                            .header("BOX-SIGNATURE-PRIMARY", base64(hmac256(credential.bytes(), body, written)));
                },
                Proof.of("BOX-SIGNATURE-PRIMARY").time("BOX-DELIVERY-TIMESTAMP", 600, 600));
    }

    /** The time has nanoseconds. */
    private static Sender twitch() {
        return simple(
                "twitch",
                PLAIN,
                (credential, body, time) -> {
                    String written = iso(time).replace("Z", ".634234626Z");
                    return Delivery.post(body)
                            .header("Twitch-Eventsub-Message-Id", "e76c6bd4-55c9-4987-8304-da1588d8988b")
                            .header("Twitch-Eventsub-Message-Timestamp", written)
                            .header("Twitch-Eventsub-Message-Type", "notification")
                            .header(
                                    "Twitch-Eventsub-Message-Signature",
                                    "sha256="
                                            + hex(hmac256(
                                                    credential.bytes(),
                                                    "e76c6bd4-55c9-4987-8304-da1588d8988b",
                                                    written,
                                                    body)));
                },
                Proof.of("Twitch-Eventsub-Message-Signature")
                        .time("Twitch-Eventsub-Message-Timestamp", 600, 600)
                        .id("Twitch-Eventsub-Message-Id"));
    }

    private static Sender zendesk() {
        return simple(
                "zendesk",
                PLAIN,
                (credential, body, time) -> Delivery.post(body)
                        .header("X-Zendesk-Webhook-Signature-Timestamp", iso(time))
                        .header("X-Zendesk-Webhook-Signature", base64(hmac256(credential.bytes(), iso(time), body))),
                Proof.of("X-Zendesk-Webhook-Signature").time("X-Zendesk-Webhook-Signature-Timestamp", 300, 300));
    }

    private static Sender calendly() {
        return simple(
                "calendly",
                PLAIN,
                (credential, body, time) -> {
                    long t = time.getEpochSecond();
                    return Delivery.post(body)
                            .header(
                                    "Calendly-Webhook-Signature",
                                    "t=" + t + ",v1=" + hex(hmac256(credential.bytes(), t, ".", body)));
                },
                Proof.of("Calendly-Webhook-Signature").window(180, 180));
    }

    /** The body comes first. */
    private static Sender retell() {
        return simple(
                "retell",
                PLAIN,
                (credential, body, time) -> {
                    long t = time.toEpochMilli();
                    return Delivery.post(body)
                            .header("X-Retell-Signature", "v=" + t + ",d=" + hex(hmac256(credential.bytes(), body, t)));
                },
                Proof.of("X-Retell-Signature").window(300, 300));
    }
}
