package io.infloop.core.internal;

import io.infloop.core.audit.Redactor;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Gives the redactor to the log, which the launcher owns. */
final class LogRedaction {
    private static final String FILTER = "(infloop.log=redactor)";

    private LogRedaction() {}

    static void begin(BundleContext context, Redactor redactor) {
        try {
            @SuppressWarnings("rawtypes")
            Collection<ServiceReference<Consumer>> references = context.getServiceReferences(Consumer.class, FILTER);
            for (ServiceReference<?> reference : references) {
                if (reference.getBundle() != null && reference.getBundle().getBundleId() == 0) {
                    give(context, reference, redactor::redact);
                }
            }
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @SuppressWarnings("unchecked")
    private static void give(BundleContext context, ServiceReference<?> reference, UnaryOperator<String> redaction) {
        Object log = context.getService(reference);
        if (log != null) {
            ((Consumer<UnaryOperator<String>>) log).accept(redaction);
            context.ungetService(reference);
        }
    }
}
