package io.infloop.launcher.boot;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Finds out why a server does not become ready: bundles that are not running, and components that wait for a service or failed.
 * The component runtime's data is read reflectively: its classes belong to a bundle and are not on the launcher's class path.
 */
final class Diagnosis {
    private static final String COMPONENT_RUNTIME = "org.osgi.service.component.runtime.ServiceComponentRuntime";
    private static final int SATISFIED = 4;
    private static final int ACTIVE = 8;

    private final BundleContext context;
    private final Features features;

    Diagnosis(BundleContext context, Features features) {
        this.context = context;
        this.features = features;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        Map<String, FeatureBundle> listed = new TreeMap<>();
        features.bundles().forEach(bundle -> listed.put(bundle.location(), bundle));
        for (Bundle bundle : context.getBundles()) {
            FeatureBundle entry = listed.get(bundle.getLocation());
            if (entry != null && entry.started() && bundle.getState() != Bundle.ACTIVE) {
                lines.add("bundle " + bundle.getSymbolicName() + " is " + state(bundle) + missing(bundle));
            }
        }
        components(lines);
        return lines;
    }

    private String missing(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        FrameworkWiring wiring = context.getBundle(0).adapt(FrameworkWiring.class);
        if (revision == null || bundle.getState() != Bundle.INSTALLED) {
            return "";
        }
        List<String> missing = new ArrayList<>();
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            Map<String, String> directives = requirement.getDirectives();
            if (!"optional".equals(directives.get("resolution"))
                    && !"active".equals(directives.get("effective"))
                    && wiring.findProviders(requirement).isEmpty()) {
                missing.add(requirement.getNamespace() + " " + directives.getOrDefault("filter", ""));
            }
        }
        return missing.isEmpty() ? "" : "; nobody provides " + String.join(", ", missing);
    }

    private void components(List<String> lines) {
        ServiceReference<?> reference = context.getServiceReference(COMPONENT_RUNTIME);
        if (reference == null) {
            lines.add("no component runtime");
            return;
        }
        Object runtime = context.getService(reference);
        try {
            Class<?> contract = runtime.getClass().getClassLoader().loadClass(COMPONENT_RUNTIME);
            Collection<?> descriptions =
                    (Collection<?>) contract.getMethod("getComponentDescriptionDTOs", Bundle[].class)
                            .invoke(runtime, (Object) new Bundle[0]);
            for (Object description : descriptions) {
                Collection<?> configurations =
                        (Collection<?>) contract.getMethod("getComponentConfigurationDTOs", description.getClass())
                                .invoke(runtime, description);
                for (Object configuration : configurations) {
                    component(description, configuration, lines);
                }
            }
        } catch (ReflectiveOperationException unexpected) {
            lines.add("the component runtime cannot be asked: " + unexpected);
        } finally {
            context.ungetService(reference);
        }
    }

    private static void component(Object description, Object configuration, List<String> lines)
            throws ReflectiveOperationException {
        int state = (int) field(configuration, "state");
        if (state == SATISFIED || state == ACTIVE) {
            return;
        }
        StringBuilder line = new StringBuilder("component " + field(description, "name"));
        Object failure = field(configuration, "failure");
        if (failure != null) {
            line.append(" failed: ").append(firstLines(failure.toString()));
        }
        Object references = field(configuration, "unsatisfiedReferences");
        for (int i = 0; references != null && i < Array.getLength(references); i++) {
            Object waitingFor = Array.get(references, i);
            line.append(" waits for ").append(contract(description, field(waitingFor, "name")));
            Object target = field(waitingFor, "target");
            line.append(target == null ? "" : " " + target);
        }
        lines.add(line.toString());
    }

    /** The service interface of a reference, which says more than its name. */
    private static Object contract(Object description, Object name) throws ReflectiveOperationException {
        Object references = field(description, "references");
        for (int i = 0; i < Array.getLength(references); i++) {
            Object reference = Array.get(references, i);
            if (name.equals(field(reference, "name"))) {
                return field(reference, "interfaceName");
            }
        }
        return name;
    }

    private static Object field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getField(name);
        return field.get(owner);
    }

    private static String firstLines(String trace) {
        return String.join(" | ", trace.lines().map(String::strip).limit(6).toList());
    }

    private static String state(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.INSTALLED -> "not resolved";
            case Bundle.RESOLVED -> "not started";
            case Bundle.STARTING -> "still starting";
            case Bundle.STOPPING -> "stopping";
            case Bundle.UNINSTALLED -> "uninstalled";
            default -> "in state " + bundle.getState();
        };
    }
}
