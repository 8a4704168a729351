package io.infloop.spi.webhook;

import io.infloop.spi.Contribution;
import java.util.List;
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

    /** The type of the event in a request, compared exactly with the trigger's; empty when the request names none. Must not block. */
    default Optional<String> eventType(WebhookRequest request) {
        return descriptor().eventType().flatMap(location -> location.read(request));
    }

    /** The id by which the sender marks repetitions of one delivery; empty when there is none. Must not block. */
    default Optional<String> deliveryId(WebhookRequest request) {
        return descriptor().deliveryId().flatMap(location -> location.read(request));
    }

    /**
     * Describes a source.
     *
     * @param displayName for people
     * @param icon name of an icon
     * @param eventType where requests name their event; a trigger must then choose one of {@code events}
     * @param events at least one, types unique
     * @param deliveryId where requests carry their id
     * @param signature how requests are signed; empty when they are not
     */
    record Descriptor(
            String id,
            String displayName,
            Optional<String> icon,
            Optional<ValueLocation> eventType,
            List<WebhookEvent> events,
            Optional<ValueLocation> deliveryId,
            Optional<SignatureDeclaration> signature) {
        public Descriptor {
            events = List.copyOf(events);
        }
    }
}
