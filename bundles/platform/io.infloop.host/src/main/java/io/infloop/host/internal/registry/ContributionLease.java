package io.infloop.host.internal.registry;

import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.host.PluginRef;
import io.infloop.spi.Contribution;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A lease, and the calls made on it. */
final class ContributionLease<T extends Contribution> implements Lease<T> {
    private final Offer<T> offer;
    private final Consumer<Offer<?>> stuckChanged;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param stuckChanged is told how many threads a contribution that is switched off keeps */
    ContributionLease(Offer<T> offer, Consumer<Offer<?>> stuckChanged) {
        this.offer = offer;
        this.stuckChanged = stuckChanged;
    }

    @Override
    public T service() {
        return offer.entry().service();
    }

    @Override
    public PluginRef plugin() {
        return offer.version().ref();
    }

    @Override
    public boolean isRevoked() {
        return offer.version().isRevoked() || offer.isWithdrawn();
    }

    @Override
    public <R> R call(Duration deadline, Call<T, R> call) throws PluginCallException, InterruptedException {
        if (closed.get()) {
            throw new IllegalStateException("the lease is closed");
        }
        return offer.isTrusted() ? inline(call) : guarded(deadline, call);
    }

    private <R> R inline(Call<T, R> call) throws PluginCallException, InterruptedException {
        try {
            return call.apply(service());
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Throwable thrown) {
            throw threw(Failure.of(thrown, Optional.of(offer.version().bundle())));
        }
    }

    private <R> R guarded(Duration deadline, Call<T, R> call) throws PluginCallException, InterruptedException {
        if (offer.isOff()) {
            throw failed("is switched off because its threads did not come back", null);
        }
        CompletableFuture<GuardedCall.End<R>> pending =
                offer.version().threads().start(deadline, () -> call.apply(service()), watcher());
        GuardedCall.End<R> end;
        try {
            end = pending.get();
        } catch (ExecutionException impossible) {
            throw failed("could not be called", impossible);
        }
        if (end instanceof GuardedCall.End.Returned<R> returned) {
            return returned.value();
        }
        if (end instanceof GuardedCall.End.Threw<R> threw) {
            throw threw(threw.failure());
        }
        if (end instanceof GuardedCall.End.Abandoned<R> abandoned) {
            throw failed(
                    "did not return within " + deadline.toMillis() + " ms"
                            + abandoned
                                    .where()
                                    .map(place -> " (at " + place + ")")
                                    .orElse(""),
                    null);
        }
        throw failed("has no free thread within " + deadline.toMillis() + " ms", null);
    }

    private GuardedCall.Watcher watcher() {
        return new GuardedCall.Watcher() {
            @Override
            public void abandoned() {
                if (offer.threadLost() >= Offer.MAX_STUCK) {
                    offer.switchOff();
                    stuckChanged.accept(offer);
                }
            }

            @Override
            public void cameBack() {
                offer.threadBack();
                if (offer.isOff()) {
                    stuckChanged.accept(offer);
                }
            }
        };
    }

    private PluginCallException threw(Failure failure) {
        return failed("threw " + failure.withFrame(), failure.cause());
    }

    private PluginCallException failed(String what, Throwable cause) {
        return new PluginCallException(
                offer.key().words() + " of " + offer.version().words() + " " + what, cause);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            offer.version().giveBack();
        }
    }
}
