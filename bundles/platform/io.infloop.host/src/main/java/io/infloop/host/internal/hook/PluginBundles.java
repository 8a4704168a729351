package io.infloop.host.internal.hook;

import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Which bundles are plugins, and what a plugin may import. The location decides: only the launcher and host choose one. */
public final class PluginBundles {
    /** Locations of bundles that host installed. */
    public static final String INSTALLED = "plugin:";

    /** Locations of plugins that the launcher installed from the distribution. */
    public static final String SHIPPED = "shipped:";

    private PluginBundles() {}

    public static boolean isPlugin(Bundle bundle) {
        return isInstalled(bundle) || isShipped(bundle);
    }

    public static boolean isInstalled(Bundle bundle) {
        return bundle.getLocation().startsWith(INSTALLED);
    }

    public static boolean isShipped(Bundle bundle) {
        return bundle.getLocation().startsWith(SHIPPED);
    }

    /** The bundle a context belongs to; empty once the bundle has stopped, when nothing may be shown to it any more. */
    static Optional<Bundle> owner(BundleContext context) {
        try {
            return Optional.of(context.getBundle());
        } catch (IllegalStateException stopped) {
            return Optional.empty();
        }
    }

    /** What {@link #mayImport} lets through, for people. */
    public static final String IMPORTABLE = "only java.*, the JDK's javax.*, org.w3c.dom.* and org.xml.sax.*,"
            + " io.infloop.spi.*, org.slf4j.* and org.osgi.service.component.*";

    /**
     * Whether a plugin may import a package: {@code java.*} and the JDK's other packages, the SPI, slf4j, and what declarative services
     * bring along.
     */
    public static boolean mayImport(String packageName) {
        return packageName.startsWith("java.")
                || isOfJdk(packageName)
                || isWithin(packageName, "io.infloop.spi")
                || isWithin(packageName, "org.slf4j")
                || isWithin(packageName, "org.osgi.service.component");
    }

    /** Packages that plugins get from the JDK or from themselves, never from another bundle: signing schemes need {@code javax.crypto}. */
    static boolean isOfJdk(String packageName) {
        return packageName.startsWith("javax.")
                || isWithin(packageName, "org.w3c.dom")
                || isWithin(packageName, "org.xml.sax");
    }

    private static boolean isWithin(String packageName, String root) {
        return packageName.equals(root) || packageName.startsWith(root + ".");
    }
}
