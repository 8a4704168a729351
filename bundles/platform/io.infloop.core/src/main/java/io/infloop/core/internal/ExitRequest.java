package io.infloop.core.internal;

import java.util.Collection;
import java.util.function.BiConsumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the launcher to end the process; without a launcher the framework is stopped. */
final class ExitRequest {
    private static final Logger LOGGER = LoggerFactory.getLogger(ExitRequest.class);

    private ExitRequest() {}

    @SuppressWarnings({"rawtypes", "unchecked"})
    static void refuse(BundleContext context, Refusal refusal) {
        try {
            Collection<ServiceReference<BiConsumer>> references =
                    context.getServiceReferences(BiConsumer.class, "(infloop.exit=true)");
            for (ServiceReference<BiConsumer> reference : references) {
                BiConsumer<Integer, String> exit = context.getService(reference);
                if (exit != null) {
                    exit.accept(refusal.exitCode(), refusal.text());
                    return;
                }
            }
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        LOGGER.error("{}", refusal.text());
        try {
            context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
        } catch (BundleException notStopped) {
            LOGGER.error("the framework could not be stopped", notStopped);
        }
    }
}
