package io.infloop.spi.webhook;

import io.infloop.spi.Contribution;
import io.infloop.spi.json.JsonPointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** A service that sends webhooks. Most sources are manifests; a plugin implements this interface for what they cannot say. */
@ConsumerType
public interface WebhookSource extends Contribution {
    /** Read once when the source appears; must not block. */
    Descriptor descriptor();

    @Override
    default String id() {
        return descriptor().id();
    }

    /**
     * The type of an event, compared exactly with the trigger's; empty when the request names none. Must not block.
     *
     * @param item the element, when the request is a batch that was split
     */
    default Optional<String> eventType(WebhookRequest request, Optional<Object> item) {
        return descriptor().eventType().flatMap(rule -> rule.read(request, item));
    }

    /** The id by which the sender marks repetitions of one delivery; empty when there is none. Must not block. */
    default Optional<String> deliveryId(WebhookRequest request, Optional<Object> item) {
        return descriptor().deliveryId().flatMap(rule -> rule.read(request, item));
    }

    /**
     * What is the same in two deliveries that mean the same, although the sender counts them as two; empty when there is none.
     * Must not block.
     */
    default Optional<String> replayKey(WebhookRequest request, Optional<Object> item) {
        return descriptor().replayKey().flatMap(rule -> rule.read(request, item));
    }

    /**
     * Describes a source. Made with {@link #builder}.
     *
     * @param displayName for people
     * @param description for people, e.g. how to set the webhook up at the sender
     * @param icon name of an icon
     * @param docsUrl the sender's documentation
     * @param eventType where requests name their event; a trigger must then choose one of {@code events}
     * @param events at least one, types unique
     * @param deliveryId where requests carry their id
     * @param replayKey a semantic key, for senders that repeat under new ids
     * @param batch JSON Pointer to an array whose elements are one event each; the empty pointer when the body is that array
     * @param signature how requests are signed; empty when they are not
     * @param config what a trigger has to say beside its secret
     * @param challenges handshakes, in the order they are tried
     * @param ack the answer to a delivery that was taken, where the sender insists on one; else the server's own
     * @param reject the answer to a delivery whose signature is not accepted, where the sender insists on one; else the server's own
     */
    record Descriptor(
            String id,
            String displayName,
            Optional<String> description,
            Optional<String> icon,
            Optional<String> docsUrl,
            Optional<ValueRule> eventType,
            List<WebhookEvent> events,
            Optional<ValueRule> deliveryId,
            Optional<ValueRule> replayKey,
            Optional<String> batch,
            Optional<SignatureDeclaration> signature,
            List<ConfigField> config,
            Intake intake,
            List<ChallengeRule> challenges,
            Optional<FixedReply> ack,
            Optional<FixedReply> reject) {
        public Descriptor {
            events = List.copyOf(events);
            config = List.copyOf(config);
            challenges = List.copyOf(challenges);
            Objects.requireNonNull(intake, "intake is null");
            batch.filter(pointer -> !pointer.isEmpty()).ifPresent(JsonPointer::check);
        }

        public static Builder builder(String id, String displayName) {
            return new Builder(id, displayName);
        }
    }

    /** Collects a description; what is not given is absent. */
    final class Builder {
        private final String id;
        private final String displayName;
        private Optional<String> description = Optional.empty();
        private Optional<String> icon = Optional.empty();
        private Optional<String> docsUrl = Optional.empty();
        private Optional<ValueRule> eventType = Optional.empty();
        private final List<WebhookEvent> events = new ArrayList<>();
        private Optional<ValueRule> deliveryId = Optional.empty();
        private Optional<ValueRule> replayKey = Optional.empty();
        private Optional<String> batch = Optional.empty();
        private Optional<SignatureDeclaration> signature = Optional.empty();
        private List<ConfigField> config = List.of();
        private Intake intake = Intake.DEFAULT;
        private List<ChallengeRule> challenges = List.of();
        private Optional<FixedReply> ack = Optional.empty();
        private Optional<FixedReply> reject = Optional.empty();

        private Builder(String id, String displayName) {
            this.id = Objects.requireNonNull(id, "id is null");
            this.displayName = Objects.requireNonNull(displayName, "displayName is null");
        }

        public Builder description(String text) {
            description = Optional.of(text);
            return this;
        }

        public Builder icon(String name) {
            icon = Optional.of(name);
            return this;
        }

        public Builder docsUrl(String url) {
            docsUrl = Optional.of(url);
            return this;
        }

        public Builder eventType(ValueRule rule) {
            eventType = Optional.of(rule);
            return this;
        }

        public Builder event(WebhookEvent event) {
            events.add(event);
            return this;
        }

        public Builder events(List<WebhookEvent> more) {
            events.addAll(more);
            return this;
        }

        public Builder deliveryId(ValueRule rule) {
            deliveryId = Optional.of(rule);
            return this;
        }

        public Builder replayKey(ValueRule rule) {
            replayKey = Optional.of(rule);
            return this;
        }

        public Builder batch(String pointer) {
            batch = Optional.of(pointer);
            return this;
        }

        public Builder signature(SignatureDeclaration declaration) {
            signature = Optional.of(declaration);
            return this;
        }

        public Builder config(List<ConfigField> fields) {
            config = fields;
            return this;
        }

        public Builder intake(Intake taken) {
            intake = taken;
            return this;
        }

        public Builder challenges(List<ChallengeRule> rules) {
            challenges = rules;
            return this;
        }

        public Builder ack(FixedReply reply) {
            ack = Optional.of(reply);
            return this;
        }

        public Builder reject(FixedReply reply) {
            reject = Optional.of(reply);
            return this;
        }

        public Descriptor build() {
            return new Descriptor(
                    id,
                    displayName,
                    description,
                    icon,
                    docsUrl,
                    eventType,
                    events,
                    deliveryId,
                    replayKey,
                    batch,
                    signature,
                    config,
                    intake,
                    challenges,
                    ack,
                    reject);
        }
    }
}
