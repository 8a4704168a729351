package io.infloop.ingress.internal;

import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.event.EventHub;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.StartPart;
import io.infloop.core.rate.RateLimiters;
import io.infloop.core.settings.Settings;
import io.infloop.engine.Runs;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.input.RunInputs;
import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.RecordStore;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about deliveries, check by check: source, signature, event type, workflow, predicates, inputs, store. Thread-safe; only
 * a signature scheme that did not ship with the distribution may make it wait.
 */
@Component(
        service = {WebhookPipeline.class, StartPart.class},
        property = StartPart.NAME + "=ingress")
public final class WebhookPipeline implements StartPart {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookPipeline.class);
    private static final Duration SOURCE_DEADLINE = Duration.ofMillis(SignatureScheme.DEADLINE_MILLIS);
    private static final Duration REJECTION_LOG_WINDOW = Duration.ofSeconds(10);

    private final Contributions contributions;
    private final Workflows workflows;
    private final WorkflowStore workflowStore;
    private final Clock clock;
    private final IngressAudit audit;
    private final TriggerGate gate;
    private final SignatureGate signatures;
    private final CompiledTriggers compiled;
    private final Acceptance acceptance;
    private final CorrelationIds correlationIds = new CorrelationIds();
    private final Throttle rejectionLog = new Throttle(REJECTION_LOG_WINDOW);

    @Activate
    public WebhookPipeline(
            @Reference TriggerStore triggers,
            @Reference WorkflowStore workflowStore,
            @Reference RecordStore records,
            @Reference Contributions contributions,
            @Reference Workflows workflows,
            @Reference Runs runs,
            @Reference RateLimiters limiters,
            @Reference AuditLog auditLog,
            @Reference EventHub events,
            @Reference Settings settings) {
        this(
                triggers,
                workflowStore,
                records,
                contributions,
                workflows,
                runs,
                limiters,
                auditLog,
                events,
                settings.webhookRateLimit(),
                Clock.systemUTC());
    }

    WebhookPipeline(
            TriggerStore triggers,
            WorkflowStore workflowStore,
            RecordStore records,
            Contributions contributions,
            Workflows workflows,
            Runs runs,
            RateLimiters limiters,
            AuditLog auditLog,
            EventHub events,
            int requestsPerMinute,
            Clock clock) {
        this.contributions = contributions;
        this.workflows = workflows;
        this.workflowStore = workflowStore;
        this.clock = clock;
        this.audit = new IngressAudit(auditLog);
        this.gate = new TriggerGate(triggers, limiters.perMinute(requestsPerMinute), audit, clock);
        this.signatures = new SignatureGate(contributions, clock);
        this.compiled = new CompiledTriggers(triggers, this::forget);
        this.acceptance = new Acceptance(records, triggers, runs, events, audit, clock);
    }

    private void forget(String triggerId) {
        gate.forget(triggerId);
        signatures.forget(triggerId);
        rejectionLog.forget(triggerId);
    }

    TriggerGate gate() {
        return gate;
    }

    Clock clock() {
        return clock;
    }

    String newCorrelationId() {
        return correlationIds.next();
    }

    /** The description of a trigger's source, if it is in service. */
    Optional<WebhookSource.Descriptor> source(Trigger trigger) {
        return contributions
                .find(WebhookSource.class, trigger.pluginId())
                .map(entry -> entry.descriptorAs(WebhookSource.Descriptor.class));
    }

    /** Completes with the answer, never exceptionally. */
    CompletableFuture<Reply> process(Inbound inbound) {
        return process(inbound, true);
    }

    /** The same for a delivery that was found genuine before: without its signature. */
    CompletableFuture<Reply> repeat(Inbound inbound) {
        return process(inbound, false);
    }

    private CompletableFuture<Reply> process(Inbound inbound, boolean signed) {
        try {
            Optional<WebhookSource.Descriptor> source = source(inbound.trigger());
            if (source.isEmpty()) {
                return refuse(
                        inbound,
                        ErrorCode.PLUGIN_UNAVAILABLE,
                        "source '" + inbound.trigger().pluginId() + "' is not in service");
            }
            if (!signed) {
                return genuine(inbound, source.get(), false);
            }
            SignatureGate.Outcome outcome =
                    signatures.check(inbound.trigger(), source.get().signature(), inbound.request());
            if (outcome instanceof SignatureGate.Refused refused) {
                return refuse(inbound, refused.code(), refused.detail());
            }
            if (outcome instanceof SignatureGate.Answered answered) {
                return CompletableFuture.completedFuture(answered.reply());
            }
            return genuine(inbound, source.get(), ((SignatureGate.Passed) outcome).verified());
        } catch (InfloopException known) {
            return refuse(inbound, known.code(), known.getMessage());
        } catch (RuntimeException | Error defect) {
            // Errors too: a plugin's missing class or a lack of memory must not leave the sender without an answer.
            LOG.error("trigger {}: a delivery met a defect ({})", masked(inbound), inbound.correlationId(), defect);
            return defect(inbound);
        }
    }

    private CompletableFuture<Reply> defect(Inbound inbound) {
        try {
            recordRefusal(inbound, ErrorCode.INTERNAL, "a defect of the server");
            return CompletableFuture.completedFuture(Reply.internal(inbound.correlationId()));
        } catch (RuntimeException | Error again) {
            LOG.error("trigger {}: a defect could not be recorded", masked(inbound), again);
            return CompletableFuture.completedFuture(Reply.INTERNAL);
        }
    }

    private CompletableFuture<Reply> genuine(Inbound inbound, WebhookSource.Descriptor source, boolean verified) {
        Optional<String> eventType = Optional.empty();
        Optional<String> deliveryId;
        try (Lease<WebhookSource> lease =
                contributions.acquire(WebhookSource.class, inbound.trigger().pluginId())) {
            if (source.eventType().isPresent()) {
                eventType =
                        lease.call(SOURCE_DEADLINE, service -> service.eventType(inbound.request(), Optional.empty()));
            }
            deliveryId =
                    lease.call(SOURCE_DEADLINE, service -> service.deliveryId(inbound.request(), Optional.empty()));
        } catch (ContributionUnavailableException | PluginCallException unavailable) {
            return refuse(inbound, ErrorCode.PLUGIN_UNAVAILABLE, unavailable.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return refuse(inbound, ErrorCode.SHUTTING_DOWN, "interrupted");
        }
        if (source.eventType().isPresent()) {
            if (inbound.trigger().eventType().isEmpty()) {
                return refuse(inbound, ErrorCode.TRIGGER_MISCONFIGURED, "the trigger names no event of its source");
            }
            if (!inbound.trigger().eventType().equals(eventType)) {
                return CompletableFuture.completedFuture(Reply.FILTERED);
            }
        }
        return wanted(inbound, source, verified, eventType, deliveryId);
    }

    private CompletableFuture<Reply> wanted(
            Inbound inbound,
            WebhookSource.Descriptor source,
            boolean verified,
            Optional<String> eventType,
            Optional<String> deliveryId) {
        String workflowId = inbound.trigger().workflowId();
        Optional<List<InputDeclaration>> declared = workflows.inputs(workflowId);
        if (declared.isEmpty()) {
            return refuse(inbound, ErrorCode.NOT_FOUND, "workflow '" + workflowId + "' does not exist");
        }
        CompiledTrigger definition = compiled.of(inbound.trigger());
        Map<String, String> storedHeaders = StoredHeaders.of(inbound.request().headers(), source.signature());
        Map<String, Object> scope = WebhookScope.of(inbound.request(), storedHeaders, definition.wanted());
        if (inbound.mode() == FireMode.DRY_RUN) {
            return CompletableFuture.completedFuture(DryRun.reply(definition, scope, declared.get(), verified));
        }
        if (!definition.matches(scope)) {
            return CompletableFuture.completedFuture(Reply.FILTERED);
        }
        RunInputs.Resolution resolution = RunInputs.resolve(declared.get(), definition.inputs(scope));
        if (resolution instanceof RunInputs.Invalid invalid) {
            acceptance.keepRejected(inbound, eventType, storedHeaders, ErrorCode.INVALID_INPUTS.text());
            return CompletableFuture.completedFuture(invalidInputs(inbound, invalid));
        }
        return acceptance.accept(new Acceptance.Checked(
                inbound,
                deliveryId,
                eventType,
                storedHeaders,
                workflowStore.find(workflowId).map(StoredWorkflow::name).orElse(workflowId),
                ((RunInputs.Resolved) resolution).values()));
    }

    /** 422 here: the code's own status, 400, is for requests whose sender can mend them. */
    private Reply invalidInputs(Inbound inbound, RunInputs.Invalid invalid) {
        audit.rejected(
                inbound.trigger(),
                Optional.of(inbound.correlationId()),
                inbound.actor(),
                ErrorCode.INVALID_INPUTS,
                Optional.of("input '" + invalid.field() + "': " + invalid.reason()));
        JsonObject body = JsonObject.builder()
                .put("error", ErrorCode.INVALID_INPUTS.text())
                .putAll(invalid.toJson())
                .build();
        return Reply.json(422, body).withCorrelation(inbound.correlationId());
    }

    private CompletableFuture<Reply> refuse(Inbound inbound, ErrorCode code, String detail) {
        recordRefusal(inbound, code, detail);
        return CompletableFuture.completedFuture(Reply.error(code).withCorrelation(inbound.correlationId()));
    }

    private void recordRefusal(Inbound inbound, ErrorCode code, String detail) {
        audit.rejected(
                inbound.trigger(),
                Optional.of(inbound.correlationId()),
                inbound.actor(),
                code,
                Optional.ofNullable(detail));
        if (rejectionLog.passes(inbound.trigger().id(), clock.millis())) {
            LOG.info(
                    "trigger {}: refused a delivery: {} ({}, {}); further ones within {} s are in the audit only",
                    masked(inbound),
                    code.text(),
                    IngressAudit.oneLine(String.valueOf(detail)),
                    inbound.correlationId(),
                    REJECTION_LOG_WINDOW.toSeconds());
        }
    }

    private static String masked(Inbound inbound) {
        return Ids.masked(inbound.trigger().id());
    }
}
