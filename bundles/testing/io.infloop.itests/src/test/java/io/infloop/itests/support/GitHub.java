package io.infloop.itests.support;

import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Sends deliveries the way GitHub does. */
public final class GitHub {
    private GitHub() {}

    /** A signed delivery of a new id. */
    public static HttpRequest.Builder delivery(
            Server server, String triggerId, String event, String secret, String body) {
        return delivery(
                server, triggerId, event, secret, body, UUID.randomUUID().toString());
    }

    public static HttpRequest.Builder delivery(
            Server server, String triggerId, String event, String secret, String body, String deliveryId) {
        return HttpRequest.newBuilder(server.uri("/api/webhook/" + triggerId))
                .timeout(java.time.Duration.ofSeconds(30))
                .header("content-type", "application/json")
                .header("user-agent", "GitHub-Hookshot/044aadd")
                .header("x-github-event", event)
                .header("x-github-delivery", deliveryId)
                .header("x-hub-signature-256", signature(secret, body))
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    public static String signature(String secret, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The parts of a pull request event that the tests map. */
    public static String pullRequest(String action, int number, String title) {
        return """
                {"action":"%s","number":%d,"pull_request":{"number":%d,"title":"%s","state":"open","merged":false,
                 "user":{"login":"octocat"},"head":{"ref":"patch-1","sha":"6dcb09b"},"base":{"ref":"main"}},
                 "repository":{"full_name":"octo-org/octo-repo"},"sender":{"login":"octocat"}}"""
                .formatted(action, number, number, title);
    }
}
