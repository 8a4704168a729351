package io.infloop.launcher.boot;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shipped webhook sources that no trigger uses. They are started one by one after the server listens, so that nobody waits for what
 * nobody needs. Host asks for {@link #coming}: until a source is there its id is nobody else's, and who asks for it is told.
 */
final class LatePlugins {
    private static final Logger LOG = LoggerFactory.getLogger(LatePlugins.class);

    /** Makes a bundle known to the framework and starts it. */
    interface Step {
        void bring(FeatureBundle bundle) throws Exception;
    }

    private final Map<String, FeatureBundle> bySource;
    private final Set<String> coming = ConcurrentHashMap.newKeySet();

    private LatePlugins(Map<String, FeatureBundle> bySource) {
        this.bySource = bySource;
        coming.addAll(bySource.keySet());
    }

    /** Those of a start: none in a command, which has no listener to wait for, nor when it cannot be told what triggers use. */
    static LatePlugins of(LaunchPlan plan, List<FeatureBundle> bundles) {
        return plan.mode() == LaunchPlan.Mode.SERVER
                ? of(bundles, () -> UsedSources.read(plan))
                : new LatePlugins(Map.of());
    }

    static LatePlugins of(List<FeatureBundle> bundles, Supplier<Optional<Set<String>>> used) {
        Map<String, FeatureBundle> late = new LinkedHashMap<>();
        for (FeatureBundle bundle : bundles) {
            bundle.webhookSource().filter(source -> bundle.plugin()).ifPresent(source -> late.put(source, bundle));
        }
        if (!late.isEmpty()) {
            used.get().ifPresentOrElse(late.keySet()::removeAll, late::clear);
        }
        return new LatePlugins(late);
    }

    boolean contains(FeatureBundle bundle) {
        return bySource.containsValue(bundle);
    }

    /** The ids of the sources that are still to come; becomes smaller. */
    Set<String> coming() {
        return Set.copyOf(coming);
    }

    /** Takes one step after the other; what fails is told of and left out. @param ended asked before each step */
    void bring(Step step, BooleanSupplier ended) {
        long begin = System.nanoTime();
        for (Map.Entry<String, FeatureBundle> late : bySource.entrySet()) {
            if (ended.getAsBoolean()) {
                return;
            }
            try {
                step.bring(late.getValue());
            } catch (Exception failure) {
                if (!ended.getAsBoolean()) {
                    LOG.error("The webhook source {} does not start: {}", late.getKey(), failure.getMessage(), failure);
                }
            } finally {
                coming.remove(late.getKey());
            }
        }
        LOG.debug(
                "{} webhook sources that no trigger uses took {} ms",
                bySource.size(),
                (System.nanoTime() - begin) / 1_000_000);
    }
}
