package io.infloop.host.internal.deploy;

import io.infloop.host.internal.hook.PluginBundles;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Namespace;
import org.osgi.resource.Requirement;
import org.osgi.resource.Resource;

/** Says in one sentence why a bundle cannot be resolved. */
final class Diagnosis {
    private static final Pattern PACKAGE = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]+)\\)");
    private static final Pattern JAVA = Pattern.compile("\\(osgi\\.ee=JavaSE\\).*\\(version=([0-9.]+)\\)");
    private static final Pattern FROM = Pattern.compile("(?<!\\(!)\\(version>=([^)]+)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]+)\\)\\)");

    private final FrameworkWiring wiring;

    Diagnosis(BundleContext context) {
        this.wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    }

    /** The first requirement that nothing here fulfils for a plugin; empty when all are met. */
    Optional<String> unmet(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return Optional.empty();
        }
        return revision.getDeclaredRequirements(null).stream()
                .filter(Diagnosis::isMandatory)
                .map(requirement -> explain(revision, requirement))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static boolean isMandatory(BundleRequirement requirement) {
        Map<String, String> directives = requirement.getDirectives();
        return directives
                        .getOrDefault(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE, Namespace.RESOLUTION_MANDATORY)
                        .equals(Namespace.RESOLUTION_MANDATORY)
                && directives
                        .getOrDefault(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE, Namespace.EFFECTIVE_RESOLVE)
                        .equals(Namespace.EFFECTIVE_RESOLVE);
    }

    private Optional<String> explain(BundleRevision revision, BundleRequirement requirement) {
        String filter = requirement.getDirectives().getOrDefault(Namespace.REQUIREMENT_FILTER_DIRECTIVE, "");
        return switch (requirement.getNamespace()) {
            case PackageNamespace.PACKAGE_NAMESPACE -> explainPackage(revision, requirement, filter);
            case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE ->
                isProvided(requirement) ? Optional.empty() : Optional.of(explainJava(filter));
            case BundleNamespace.BUNDLE_NAMESPACE, HostNamespace.HOST_NAMESPACE ->
                Optional.of("requires other bundles; plugins import packages of the SPI and pack the rest");
            default ->
                isProvided(requirement)
                        ? Optional.empty()
                        : Optional.of("needs " + requirement.getNamespace() + " " + filter
                                + ", which this server does not offer to plugins; remove the requirement");
        };
    }

    private Optional<String> explainPackage(BundleRevision revision, BundleRequirement requirement, String filter) {
        Matcher matcher = PACKAGE.matcher(filter);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String name = matcher.group(1);
        boolean own = revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE).stream()
                .anyMatch(exported -> name.equals(exported.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)));
        if (!PluginBundles.mayImport(name)) {
            return own
                    ? Optional.empty()
                    : Optional.of("imports " + name + ", which plugins may not use: " + instead(name));
        }
        if (isProvided(requirement)) {
            return Optional.empty();
        }
        String here = providers(new Anything(requirement.getNamespace(), "(osgi.wiring.package=" + name + ")")).stream()
                .map(capability -> String.valueOf(capability.getAttributes().get(Constants.VERSION_ATTRIBUTE)))
                .distinct()
                .collect(Collectors.joining(", "));
        return Optional.of("needs " + name + range(filter)
                + (here.isEmpty()
                        ? ", which this server does not have; check the name"
                        : "; this server has " + here + ": use a version of the plugin made for it"));
    }

    private static String instead(String packageName) {
        return packageName.equals("org.osgi.framework")
                ? "register services with declarative services (@Component) instead of a BundleActivator"
                : PluginBundles.IMPORTABLE;
    }

    private static String explainJava(String filter) {
        Matcher matcher = JAVA.matcher(filter);
        String needed = matcher.find() ? "Java " + matcher.group(1) : "an execution environment " + filter;
        return "needs " + needed + "; this server runs on Java "
                + Runtime.version().feature() + ": start it with a newer one or build the plugin for this one";
    }

    private static String range(String filter) {
        Matcher from = FROM.matcher(filter);
        Matcher below = BELOW.matcher(filter);
        if (!from.find()) {
            return "";
        }
        return below.find() ? " [" + from.group(1) + "," + below.group(1) + ")" : " " + from.group(1) + " or newer";
    }

    private boolean isProvided(Requirement requirement) {
        return !providers(requirement).isEmpty();
    }

    private Collection<BundleCapability> providers(Requirement requirement) {
        return wiring.findProviders(requirement).stream()
                .filter(capability ->
                        !PluginBundles.isPlugin(capability.getRevision().getBundle()))
                .toList();
    }

    /** A requirement without a version. */
    private record Anything(String namespace, String filter) implements Requirement {
        @Override
        public String getNamespace() {
            return namespace;
        }

        @Override
        public Map<String, String> getDirectives() {
            return Map.of(Namespace.REQUIREMENT_FILTER_DIRECTIVE, filter);
        }

        @Override
        public Map<String, Object> getAttributes() {
            return Map.of();
        }

        @Override
        public Resource getResource() {
            return null;
        }
    }
}
