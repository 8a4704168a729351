package io.infloop.core.internal.settings;

import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Takes the environment that the launcher keeps for core, once. */
public final class Handover {
    private static final String FILTER = "(infloop.handover=environment)";

    private Handover() {}

    /** @throws IllegalStateException if the launcher left none, or somebody took it before */
    public static Map<String, String> take(BundleContext context) {
        try {
            @SuppressWarnings("rawtypes")
            Collection<ServiceReference<Supplier>> references = context.getServiceReferences(Supplier.class, FILTER);
            for (ServiceReference<?> reference : references) {
                if (reference.getBundle() != null && reference.getBundle().getBundleId() == 0) {
                    return environment(context, reference);
                }
            }
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        throw new IllegalStateException("the launcher handed over no environment; start the server with bin/infloop");
    }

    private static Map<String, String> environment(BundleContext context, ServiceReference<?> reference) {
        Supplier<?> supplier = (Supplier<?>) context.getService(reference);
        if (supplier == null) {
            throw new IllegalStateException("the environment that the launcher handed over is gone");
        }
        try {
            @SuppressWarnings("unchecked")
            Map<String, String> environment = (Map<String, String>) supplier.get();
            return Map.copyOf(environment);
        } finally {
            context.ungetService(reference);
        }
    }
}
