package io.infloop.rest.internal;

import io.infloop.core.audit.AuditLog;
import io.infloop.core.event.EventHub;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.instance.StartPart;
import io.infloop.core.metrics.Metrics;
import io.infloop.core.posture.Posture;
import io.infloop.engine.Runs;
import io.infloop.engine.Workflows;
import io.infloop.host.Contributions;
import io.infloop.host.Plugins;
import io.infloop.ingress.Replays;
import io.infloop.ingress.TestFire;
import io.infloop.spi.workspace.WorkspaceRoots;
import io.infloop.store.DeliveryStore;
import io.infloop.store.RecordStore;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** In service as soon as everything is that any resource needs. */
@Component(service = StartPart.class, property = StartPart.NAME + "=rest")
public final class RestReady implements StartPart {
    @Activate
    public RestReady(
            @Reference AuditLog audit,
            @Reference EventHub events,
            @Reference ServerInstance instance,
            @Reference Metrics metrics,
            @Reference Posture posture,
            @Reference Runs runs,
            @Reference Workflows workflows,
            @Reference Contributions contributions,
            @Reference Plugins plugins,
            @Reference TestFire testFire,
            @Reference Replays replays,
            @Reference WorkspaceRoots roots,
            @Reference RecordStore records,
            @Reference DeliveryStore deliveries,
            @Reference TriggerStore triggers,
            @Reference WorkflowStore workflowStore) {
        // The references are the point.
    }
}
