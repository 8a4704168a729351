package io.infloop.launcher.demo;

import io.infloop.launcher.exit.CommandFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what another process does. */
final class Waiting {
    private static final long POLL_MILLIS = 4;

    private Waiting() {}

    /**
     * Looks until there is something.
     *
     * @param what completes the sentence "… did not happen"
     * @throws CommandFailure after {@code limit}
     */
    static <T> T until(Duration limit, String what, Callable<Optional<T>> look) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<T> found = call(look);
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new CommandFailure(
                        CommandFailure.FINDING, what + " did not happen within " + limit.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private static <T> Optional<T> call(Callable<Optional<T>> look) throws InterruptedException {
        try {
            return look.call();
        } catch (InterruptedException | RuntimeException passedOn) {
            throw passedOn;
        } catch (Exception unexpected) {
            throw new CommandFailure(CommandFailure.FINDING, unexpected.toString(), unexpected);
        }
    }
}
