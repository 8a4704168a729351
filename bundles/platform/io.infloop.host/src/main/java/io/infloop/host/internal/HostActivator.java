package io.infloop.host.internal;

import io.infloop.host.internal.hook.Hooks;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Header;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/** Puts the hooks in place as soon as the bundle starts, before declarative services get to the rest of it. */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
@Capability(namespace = "osgi.extender", name = "io.infloop.manifest", version = "1.0.0")
public final class HostActivator implements BundleActivator {
    private Hooks hooks;

    @Override
    public void start(BundleContext context) {
        hooks = new Hooks(context);
    }

    @Override
    public void stop(BundleContext context) {
        hooks.close();
    }
}
