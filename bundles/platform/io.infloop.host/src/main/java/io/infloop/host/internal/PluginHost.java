package io.infloop.host.internal;

import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import io.infloop.core.event.EventHub;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.instance.StartPart;
import io.infloop.core.settings.Settings;
import io.infloop.host.Contributions;
import io.infloop.host.PluginUploads;
import io.infloop.host.Plugins;
import io.infloop.host.internal.deploy.HostRuntime;
import io.infloop.host.internal.folder.PluginFolder;
import io.infloop.host.internal.manifest.ManifestKind;
import io.infloop.host.internal.upload.FolderUploads;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Runs the plugin host with the server's settings and offers its services; says when the plugins of the start are settled. */
@Capability(
        namespace = "osgi.service",
        attribute =
                "objectClass:List<String>=\"io.infloop.host.Contributions,io.infloop.host.Plugins,io.infloop.host.PluginUploads\"",
        effective = "active")
@Component(
        service = {},
        immediate = true)
public final class PluginHost {
    private static final String PART = "plugins";

    private final BundleContext context;
    private final HostRuntime runtime;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    @Activate
    public PluginHost(
            BundleContext context,
            @Reference Settings settings,
            @Reference ServerInstance instance,
            @Reference AuditLog audit,
            @Reference EventHub events,
            @Reference Redactor redactor) {
        this.context = context;
        List<PluginFolder> folders = List.of(
                new PluginFolder(settings.pluginsDirectory(), Optional.empty()),
                new PluginFolder(settings.providersDirectory(), Optional.of(ManifestKind.PROVIDER)),
                new PluginFolder(settings.webhookPluginsDirectory(), Optional.of(ManifestKind.WEBHOOK)));
        this.runtime = new HostRuntime(
                context,
                folders,
                staging(context, instance),
                HostRuntime.Limits.standard(settings.pluginGrace()),
                new RecordedNews(audit, events, !instance.isReadOnly()),
                redactor::redact,
                this::settled);
        register(Contributions.class, runtime.contributions(), Map.of());
        register(Plugins.class, runtime.plugins(), Map.of());
        if (!instance.isReadOnly()) {
            FolderUploads uploads = new FolderUploads(settings.pluginsDirectory(), Clock.systemUTC());
            uploads.removeLitter();
            register(PluginUploads.class, uploads, Map.of());
        }
        runtime.start();
    }

    /** A server that must not write to the data directory keeps its copies in the framework's cache. */
    private static Path staging(BundleContext context, ServerInstance instance) {
        return instance.isReadOnly()
                ? context.getDataFile("plugins").toPath()
                : instance.directory().resolve("plugins");
    }

    private void settled() {
        register(StartPart.class, new StartPart() {}, Map.of(StartPart.NAME, PART));
    }

    private <T> void register(Class<T> type, T service, Map<String, Object> properties) {
        synchronized (registrations) {
            registrations.add(context.registerService(type, service, FrameworkUtil.asDictionary(properties)));
        }
    }

    @Deactivate
    void stop() {
        synchronized (registrations) {
            registrations.forEach(ServiceRegistration::unregister);
            registrations.clear();
        }
        runtime.close();
    }
}
