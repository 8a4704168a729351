package io.infloop.webhook.catalogue;

import static io.infloop.webhook.catalogue.Hash.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.signing.Verification.Rejected;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that senders publish in their documentation or test in their libraries. None of them was calculated here. */
class KnownAnswerTest {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final byte[] STANDARD_BODY = utf8("{\"test\": 2432232314}");

    @Test
    void gitHub() {
        String secret = "It's a Secret to Everybody";
        Delivery delivery = Delivery.post(utf8("Hello, World!"))
                .header(
                        "X-Hub-Signature-256",
                        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");

        accepts("github", delivery, 0, secret);
    }

    @ParameterizedTest
    @CsvSource({"standard-webhooks,webhook", "gitlab,webhook", "openai,webhook", "svix,svix", "clerk,svix"})
    void standardWebhooks(String id, String prefix) {
        Delivery delivery = Delivery.post(STANDARD_BODY)
                .header(prefix + "-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
                .header(prefix + "-timestamp", "1614265330")
                .header(prefix + "-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

        accepts(id, delivery, 1_614_265_330, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        accepts(id, delivery, 1_614_265_330, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
            })
    void standardWebhooksWithSeveralSignatures(String signatures) {
        Delivery delivery = Delivery.post(STANDARD_BODY)
                .header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
                .header("webhook-timestamp", "1614265330")
                .header("webhook-signature", signatures);

        accepts("standard-webhooks", delivery, 1_614_265_330, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    @Test
    void standardWebhooksWithEd25519() {
        Delivery delivery = Delivery.post(STANDARD_BODY)
                .header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
                .header("webhook-timestamp", "1614265330")
                .header(
                        "webhook-signature",
                        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==");

        accepts(
                "standard-webhooks-ed25519",
                delivery,
                1_614_265_330,
                "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
    }

    @Test
    void slack() {
        byte[] body = utf8("token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
                + "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
                + "&command=%2Fwebhook-collect&text="
                + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
                + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c");
        Delivery delivery = Delivery.post(body)
                .with("Content-Type", FORM)
                .header("X-Slack-Request-Timestamp", "1531420618")
                .header("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");

        accepts("slack-commands", delivery, 1_531_420_618, "8f742231b10e8888abcd99yyyzzz85a5");
    }

    @ParameterizedTest
    @CsvSource({
        "https://mycompany.com/myapp.php, %2B14158675309, RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        "https://mycompany.com/myapp.php, %2B12349013030, 0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
        "https://mycompany.com:443/myapp.php, %2B14158675309, RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    })
    void twilioWithAForm(String url, String caller, String signature) {
        byte[] body = utf8(
                "CallSid=CA1234567890ABCDE&Caller=" + caller + "&Digits=1234&From=" + caller + "&To=%2B18005551212");
        Delivery delivery = Delivery.post(body)
                .withUrl(url)
                .withQuery("foo=1&bar=2")
                .with("Content-Type", FORM)
                .header("X-Twilio-Signature", signature);

        accepts("twilio", delivery, 0, "12345");
    }

    @Test
    void twilioWithJson() {
        Delivery delivery = Delivery.post(utf8("{\"property\": \"value\", \"boolean\": true}"))
                .withUrl("https://mycompany.com/myapp.php")
                .withQuery("foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620")
                .header("X-Twilio-Signature", "a9nBmqA0ju/hNViExpshrM61xv4=");

        accepts("twilio", delivery, 0, "12345");
        rejects("twilio", delivery.withBody(utf8("{\"property\": \"value\", \"boolean\": null}")), 0, "12345");
        // The URL alone is signed: neither an empty form nor none may stand in for the body it has a digest of.
        rejects("twilio", delivery.withBody(new byte[0]), 0, "12345");
        rejects("twilio", delivery.withBody(new byte[0]).with("Content-Type", FORM), 0, "12345");
    }

    @Test
    void hubSpot1() {
        byte[] body = utf8("[{\"eventId\":1,\"subscriptionId\":12345,\"portalId\":62515,\"occurredAt\":1564113600000,"
                + "\"subscriptionType\":\"contact.creation\",\"attemptNumber\":0,\"objectId\":123,"
                + "\"changeSource\":\"CRM\",\"changeFlag\":\"NEW\",\"appId\":54321}]");
        Delivery delivery = Delivery.post(body)
                .header("X-HubSpot-Signature-Version", "v1")
                .header("X-HubSpot-Signature", "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de");

        accepts("hubspot-v1", delivery, 0, "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy");
        rejects(
                "hubspot-v1",
                delivery.with("X-HubSpot-Signature-Version", "v2"),
                0,
                "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy");
    }

    @Test
    void hubSpot2() {
        Delivery delivery = Delivery.post(new byte[0])
                .withUrl("https://www.example.com/webhook_uri")
                .header("X-HubSpot-Signature-Version", "v2");
        Delivery get = delivery.withMethod("GET")
                .header("X-HubSpot-Signature", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e");
        Delivery post = delivery.withBody(utf8("{\"example_field\":\"example_value\"}"))
                .header("X-HubSpot-Signature", "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900");

        accepts("hubspot-v2", get, 0, "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy");
        accepts("hubspot-v2", post, 0, "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy");
    }

    @ParameterizedTest
    @CsvSource({
        "BOX-SIGNATURE-PRIMARY, 6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=, SamplePrimaryKey",
        "BOX-SIGNATURE-SECONDARY, v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo=, SampleSecondaryKey",
    })
    void box(String header, String signature, String key) {
        Delivery delivery = Delivery.post(utf8(
                        "{\"type\":\"webhook_event\",\"webhook\":{\"id\":\"1234567890\"},\"trigger\":\"FILE.UPLOADED\","
                                + "\"source\":{\"id\":\"1234567890\",\"type\":\"file\",\"name\":\"Test.txt\"}}"))
                .header("BOX-DELIVERY-TIMESTAMP", "2020-01-01T00:00:00-07:00")
                .header("BOX-SIGNATURE-VERSION", "1")
                .header("BOX-SIGNATURE-ALGORITHM", "HmacSHA256")
                .header(header, signature);
        long sent = Instant.parse("2020-01-01T07:00:00Z").getEpochSecond();

        accepts("box", delivery, sent, key);
        accepts("box", delivery, sent, "SamplePrimaryKey", "SampleSecondaryKey");
        rejects("box", delivery.with("BOX-SIGNATURE-VERSION", "2"), sent, key);
    }

    @Test
    void adyenPayments() {
        Delivery delivery = Delivery.post(OtherSenders.adyenPayment("coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="));

        String key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
        accepts("adyen-payments", delivery, 0, key);
        String body = delivery.text();
        // Signed is the first notification only, and only its texts.
        rejects(
                "adyen-payments",
                delivery.withBody(utf8(body.substring(0, body.length() - 2) + ",{\"NotificationRequestItem\":{}}]}")),
                0,
                key);
        rejects(
                "adyen-payments",
                delivery.withBody(
                        utf8(body.replace("\"pspReference\"", "\"originalReference\":{\"a\":1},\"pspReference\""))),
                0,
                key);
    }

    @Test
    void sendGrid() {
        byte[] body = utf8("[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\","
                + "\"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\","
                + "\"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\","
                + "\"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\","
                + "\"timestamp\":1600112492}]\r\n");
        String key =
                "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
        Delivery delivery = Delivery.post(body)
                .header("X-Twilio-Email-Event-Webhook-Timestamp", "1600112502")
                .header(
                        "X-Twilio-Email-Event-Webhook-Signature",
                        "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=");

        accepts("sendgrid", delivery, 1_600_112_502, key);
        rejects("sendgrid", delivery.withBody(utf8(delivery.text().strip())), 1_600_112_502, key);
    }

    private static void accepts(String id, Delivery delivery, long now, String... secrets) {
        assertThat(verify(id, delivery, now, secrets)).isInstanceOf(Accepted.class);
    }

    private static void rejects(String id, Delivery delivery, long now, String... secrets) {
        assertThat(verify(id, delivery, now, secrets)).isInstanceOf(Rejected.class);
    }

    private static Verification verify(String id, Delivery delivery, long now, String... secrets) {
        return Catalogue.verify(id, delivery, Instant.ofEpochSecond(now), Map.of(), secrets);
    }
}
