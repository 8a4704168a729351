package io.infloop.spi.process;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** A child process that the server supervises until it and its descendants are gone. Thread-safe. */
@ProviderType
public interface SupervisedProcess {
    long pid();

    /** Completes when the child has ended and its output is read; never exceptionally. */
    CompletionStage<ProcessExit> exit();

    /** Waits for {@link #exit()}. If interrupted, stops the child with its descendants, then throws. */
    ProcessExit await() throws InterruptedException;

    /** Begins the kill ladder: the soft signal to the child's group, after the grace KILL to everything left. Idempotent, does not block. */
    void stop();
}
