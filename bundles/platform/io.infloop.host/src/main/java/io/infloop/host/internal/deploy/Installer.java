package io.infloop.host.internal.deploy;

import io.infloop.host.internal.PlainText;
import io.infloop.host.internal.RefusedException;
import io.infloop.host.internal.hook.PluginBundles;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.PluginVersion;
import io.infloop.host.internal.stage.Candidate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Installs the private copy of a candidate as a bundle beside the version it replaces. */
final class Installer {
    private static final Logger LOG = LoggerFactory.getLogger(Installer.class);

    private final BundleContext context;
    private final ContributionRegistry registry;
    private final Diagnosis diagnosis;
    private final Activation.Judge judge;

    Installer(BundleContext context, ContributionRegistry registry, Diagnosis diagnosis, Activation.Judge judge) {
        this.context = context;
        this.registry = registry;
        this.diagnosis = diagnosis;
        this.judge = judge;
    }

    /** Uninstalls what an earlier start left behind: every plugin is admitted anew. */
    void clear() {
        for (Bundle bundle : context.getBundles()) {
            if (PluginBundles.isInstalled(bundle)) {
                try {
                    bundle.uninstall();
                } catch (BundleException failed) {
                    LOG.warn("{} of an earlier start could not be uninstalled", bundle.getLocation(), failed);
                }
            }
        }
    }

    /** Refuses the names of bundles that are not the operator's. */
    void checkName(Candidate candidate) throws RefusedException {
        for (Bundle bundle : context.getBundles()) {
            if (!PluginBundles.isInstalled(bundle) && candidate.id().equals(bundle.getSymbolicName())) {
                throw new RefusedException("the name " + candidate.id()
                        + " belongs to a bundle of the distribution; give the plugin another Bundle-SymbolicName");
            }
        }
    }

    /** Installs and examines; the activation has not begun. */
    Activation install(Candidate candidate, long rank, Optional<PluginVersion> replaces) throws RefusedException {
        Bundle bundle = install(candidate);
        Optional<String> unmet = diagnosis.unmet(bundle);
        if (unmet.isPresent()) {
            uninstall(bundle);
            throw new RefusedException(unmet.get());
        }
        String source = PlainText.of(candidate.file().getFileName().toString());
        PluginVersion version = registry.staged(bundle, candidate.origin(), source, rank);
        return new Activation(candidate, version, replaces, judge);
    }

    private Bundle install(Candidate candidate) throws RefusedException {
        String location = PluginBundles.INSTALLED + candidate.id() + "@" + candidate.version() + "#"
                + candidate.sha256().substring(0, 8);
        String free = location;
        for (int i = 2; context.getBundle(free) != null; i++) {
            // An earlier bundle of the same content is still finishing its calls, or never let go.
            free = location + "~" + i;
        }
        try (InputStream content = Files.newInputStream(candidate.bundle())) {
            return context.installBundle(free, content);
        } catch (BundleException refused) {
            throw new RefusedException("is not accepted by the framework: " + refused.getMessage());
        } catch (IOException unreadable) {
            throw new RefusedException("its private copy cannot be read; put the file there again");
        }
    }

    private static void uninstall(Bundle bundle) {
        try {
            bundle.uninstall();
        } catch (BundleException failed) {
            LOG.warn("{} could not be uninstalled", bundle.getLocation(), failed);
        }
    }
}
