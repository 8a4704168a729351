package io.infloop.spi.node;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** A walk that runs beside its container. Thread-safe. */
@ProviderType
public interface ForkedWalk {
    /** Completes when every node of the walk has returned; never exceptionally. */
    CompletionStage<WalkReport> report();

    /** Cancels this walk and nothing else. Idempotent, does not block. */
    void cancel();
}
