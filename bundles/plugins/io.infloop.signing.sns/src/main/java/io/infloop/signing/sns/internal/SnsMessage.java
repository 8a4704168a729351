package io.infloop.signing.sns.internal;

import io.infloop.spi.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The members of a notification that matter here, and the text that Amazon signs. */
record SnsMessage(JsonObject json, Kind kind) {
    /** What a message is for, and which members of it are signed, in this order. */
    enum Kind {
        NOTIFICATION("Notification", List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")),
        SUBSCRIPTION_CONFIRMATION(
                "SubscriptionConfirmation",
                List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")),
        UNSUBSCRIBE_CONFIRMATION(
                "UnsubscribeConfirmation",
                List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"));

        private final String type;
        private final List<String> signed;

        Kind(String type, List<String> signed) {
            this.type = type;
            this.signed = signed;
        }

        static Optional<Kind> of(String type) {
            for (Kind kind : values()) {
                if (kind.type.equals(type)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /** Empty if it is not a message of SNS; a raw delivery, which nobody signs, is none. */
    static Optional<SnsMessage> of(Optional<Object> body) {
        return body.filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .flatMap(json -> json.string("Type").flatMap(Kind::of).map(kind -> new SnsMessage(json, kind)));
    }

    Optional<String> text(String name) {
        return json.string(name);
    }

    /** Name and value of each signed member on lines of their own; empty if one is missing. Only the subject may be. */
    Optional<byte[]> signedBytes() {
        StringBuilder text = new StringBuilder(512);
        for (String name : kind.signed) {
            Optional<String> value = json.string(name);
            if (value.isPresent()) {
                text.append(name).append('\n').append(value.get()).append('\n');
            } else if (!name.equals("Subject")) {
                return Optional.empty();
            }
        }
        return Optional.of(text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
