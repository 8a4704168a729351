package io.infloop.launcher.demo;

import io.infloop.launcher.exit.CommandFailure;
import jakarta.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A request of a sender, as it goes over the wire. */
record Delivery(String body, Map<String, String> headers) {
    /** The documented event of GitHub for an opened pull request, signed the way GitHub does. */
    static Delivery pullRequestOpened(Path home, String secret) {
        Path file = home.resolve("demo/pull_request-opened.json");
        String body;
        try {
            body = Files.readString(file);
        } catch (IOException missing) {
            throw new CommandFailure(
                    CommandFailure.CONFIGURATION,
                    "this distribution is damaged: " + file + " is missing; unpack it again");
        }
        return gitHub(body, secret);
    }

    /** The same event under a new delivery id. */
    Delivery again() {
        return headers.containsKey("x-github-delivery")
                ? new Delivery(body, with("x-github-delivery", UUID.randomUUID().toString()))
                : this;
    }

    /** The same with one digit of the signature changed. */
    Delivery forged() {
        String signature = headers.get("x-hub-signature-256");
        char last = signature.charAt(signature.length() - 1);
        return new Delivery(
                        body,
                        with(
                                "x-hub-signature-256",
                                signature.substring(0, signature.length() - 1) + (last == '0' ? '1' : '0')))
                .again();
    }

    /** A message of the demo sender, proven by the token of the demo plugin's scheme. */
    static Delivery message(String text, String secret) {
        return new Delivery(
                Json.createObjectBuilder().add("text", text).build().toString(),
                Map.of(Documents.TOKEN_HEADER, secret));
    }

    int size() {
        return body.getBytes(StandardCharsets.UTF_8).length;
    }

    private static Delivery gitHub(String body, String secret) {
        return new Delivery(
                body,
                Map.of(
                        "user-agent", "GitHub-Hookshot/demo",
                        "accept", "*/*",
                        "x-github-event", "pull_request",
                        "x-github-delivery", UUID.randomUUID().toString(),
                        "x-github-hook-id", "128000128",
                        "x-hub-signature-256", "sha256=" + hmac(body, secret)));
    }

    private Map<String, String> with(String name, String value) {
        Map<String, String> changed = new java.util.HashMap<>(headers);
        changed.put(name, value);
        return Map.copyOf(changed);
    }

    private static String hmac(String body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
