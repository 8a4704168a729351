package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.host.Contributions;
import io.infloop.spi.webhook.WebhookSource;
import java.time.Duration;
import java.util.Set;

/**
 * Webhook sources that ship and are still being started while the server already answers. Who asks for one waits a moment, rather than
 * be told that there is none.
 */
final class ComingSources {
    /** Several times what all of them take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Contributions contributions;

    ComingSources(Contributions contributions) {
        this.contributions = contributions;
    }

    boolean contains(String id) {
        return contributions.coming(WebhookSource.class).contains(id);
    }

    /** Blocks until all are there, or for ten seconds. @return what is still missing */
    Set<String> awaitAll() {
        await(contributions.coming(WebhookSource.class));
        return contributions.coming(WebhookSource.class);
    }

    /** Blocks until a source is there, or for ten seconds; not at all unless it is on its way. */
    void await(String id) {
        await(Set.of(id));
    }

    private void await(Set<String> ids) {
        try {
            contributions.awaitComing(WebhookSource.class, ids, PATIENCE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InfloopException(ErrorCode.SHUTTING_DOWN, "the server is stopping", interrupted);
        }
    }

    /** @throws InfloopException 503, if the source is still on its way */
    void require(String id) {
        if (contains(id)) {
            throw new InfloopException(
                    ErrorCode.PLUGIN_UNAVAILABLE,
                    "the source " + id + " ships and is still being started, as the server is; try again in a moment");
        }
    }
}
