package io.infloop.rest.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The {@code ETag} of a trigger: another one after each change, the same however often it fires. */
final class TriggerVersion {
    private static final int LENGTH = 32;

    private TriggerVersion() {}

    static String of(Trigger trigger) {
        List<String> secrets = trigger.secrets().stream().map(TriggerSecret::id).toList();
        JsonObject settled = trigger.toJson().toBuilder()
                .remove("lastFiredAt")
                .put("secrets", secrets)
                .build();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(Json.write(settled).getBytes(StandardCharsets.UTF_8));
            return "\"" + HexFormat.of().formatHex(digest).substring(0, LENGTH) + "\"";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
