package io.infloop.host.internal.deploy;

import io.infloop.host.internal.registry.PluginVersion;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** Asks declarative services why the components of a plugin do not serve. */
final class Components {
    private static final String CAUSE = "Caused by: ";

    private final BundleContext context;

    Components(BundleContext context) {
        this.context = context;
    }

    /**
     * Why a component does not serve.
     *
     * @param waiting whether it may serve later without a change of the plugin
     */
    record Problem(String reason, boolean waiting) {}

    /** The first component with a problem; empty also when declarative services are not there, or would not answer. */
    Optional<Problem> problem(PluginVersion version) {
        if (version.hasStuckThreads()) {
            return Optional.empty();
        }
        Bundle bundle = version.bundle();
        ServiceReference<ServiceComponentRuntime> reference =
                context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime runtime = reference == null ? null : context.getService(reference);
        if (runtime == null) {
            return Optional.empty();
        }
        try {
            for (ComponentDescriptionDTO component : runtime.getComponentDescriptionDTOs(bundle)) {
                for (ComponentConfigurationDTO configuration : runtime.getComponentConfigurationDTOs(component)) {
                    Optional<Problem> problem = problem(bundle, component, configuration);
                    if (problem.isPresent()) {
                        return problem;
                    }
                }
            }
            return Optional.empty();
        } finally {
            context.ungetService(reference);
        }
    }

    private static Optional<Problem> problem(
            Bundle bundle, ComponentDescriptionDTO component, ComponentConfigurationDTO configuration) {
        return switch (configuration.state) {
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
                Optional.of(new Problem(
                        "component " + component.name + " waits for a configuration; plugins get none", false));
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                Optional.of(new Problem(unsatisfied(component, configuration), true));
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                Optional.of(new Problem(
                        "component " + component.name + " failed: " + failure(bundle, configuration), false));
            default -> Optional.empty();
        };
    }

    private static String unsatisfied(ComponentDescriptionDTO component, ComponentConfigurationDTO configuration) {
        for (UnsatisfiedReferenceDTO reference : configuration.unsatisfiedReferences) {
            return "component " + component.name + " waits for reference " + reference.name
                    + (reference.target == null ? "" : " " + reference.target)
                    + "; plugins see HttpCaller, ProcessLauncher, Secrets, ServerReady, WorkspaceRoots and their own"
                    + " services only";
        }
        return "component " + component.name + " waits for a reference";
    }

    /** The innermost exception of the stack trace, which comes as text, and the first frame of the plugin in it. */
    private static String failure(Bundle bundle, ComponentConfigurationDTO configuration) {
        String trace = configuration.failure == null ? "no reason given" : configuration.failure;
        String innermost =
                trace.substring(trace.lastIndexOf(CAUSE) < 0 ? 0 : trace.lastIndexOf(CAUSE) + CAUSE.length());
        String[] lines = innermost.split("\\R", -1);
        for (String line : lines) {
            String frame = line.trim();
            int end = frame.indexOf('(');
            if (frame.startsWith("at ") && end > 0) {
                String method =
                        frame.substring(frame.lastIndexOf('/', end) < 0 ? 3 : frame.lastIndexOf('/', end) + 1, end);
                String className = method.substring(0, Math.max(0, method.lastIndexOf('.')));
                if (bundle.getEntry(className.replace('.', '/') + ".class") != null) {
                    return shortened(lines[0]) + " at " + shortened(frame.substring(3));
                }
            }
        }
        return shortened(lines[0]);
    }

    private static String shortened(String text) {
        return text.length() <= 300 ? text : text.substring(0, 300) + "…";
    }
}
