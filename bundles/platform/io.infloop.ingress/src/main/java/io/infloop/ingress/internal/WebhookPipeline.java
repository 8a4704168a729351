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
import io.infloop.host.Contributions;
import io.infloop.ingress.internal.keys.CachedKeyFetcher;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.webhook.Intake;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.RecordStore;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about requests to triggers, check by check: source, handshakes, intake, signature; what is genuine goes on to {@link
 * GenuineDeliveries}. Thread-safe and never blocking: what may wait is done on {@link GateThreads}.
 */
@Component(
        service = {WebhookPipeline.class, StartPart.class},
        property = StartPart.NAME + "=ingress")
public final class WebhookPipeline implements StartPart {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookPipeline.class);

    private final Contributions contributions;
    private final Clock clock;
    private final TriggerStore triggers;
    private final IngressAudit audit;
    private final TriggerGate gate;
    private final SourceProfiles profiles;
    private final SignatureGate signatures;
    private final TestSigner signer;
    private final Challenges challenges;
    private final CompiledTriggers compiled;
    private final Refusals refusals;
    private final GenuineDeliveries genuine;
    private final Rehearsal.Checks checks;
    private final GateThreads threads = new GateThreads();
    private final CorrelationIds correlationIds = new CorrelationIds();
    private final AtomicReference<KeyFetcher> keys = new AtomicReference<>();

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
        this.clock = clock;
        this.triggers = triggers;
        this.audit = new IngressAudit(auditLog);
        this.gate = new TriggerGate(triggers, limiters, requestsPerMinute, audit, clock);
        this.profiles = new SourceProfiles(contributions);
        this.signatures = new SignatureGate(contributions, this::fetch, clock);
        this.signer = new TestSigner(contributions, clock);
        this.challenges = new Challenges(triggers, clock);
        this.compiled = new CompiledTriggers(triggers, this::forget);
        RefusedDeliveries kept = new RefusedDeliveries(records, clock);
        this.refusals = new Refusals(audit, kept, clock);
        Arrivals arrivals = new Arrivals(contributions);
        this.checks = new Rehearsal.Checks(
                profiles, signatures, arrivals, compiled, workflows, records, runs, requestsPerMinute);
        this.genuine = new GenuineDeliveries(
                arrivals,
                compiled,
                workflows,
                workflowStore,
                new Acceptance(records, triggers, runs, events, audit, kept, clock),
                kept,
                refusals);
    }

    /** Schemes that need remote keys are told to come back while nobody fetches any. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindKeys(CachedKeyFetcher service) {
        keys.set(service);
    }

    void unbindKeys(CachedKeyFetcher service) {
        keys.compareAndSet(service, null);
    }

    private byte[] fetch(URI url, KeyFetcher.KeyPolicy policy) throws KeyFetchException, InterruptedException {
        KeyFetcher fetcher = keys.get();
        if (fetcher == null) {
            throw new KeyFetchException("keys cannot be fetched at this moment");
        }
        return fetcher.fetch(url, policy);
    }

    @Deactivate
    void stop() {
        threads.close();
    }

    private void forget(String triggerId) {
        gate.forget(triggerId);
        signatures.forget(triggerId);
        refusals.forget(triggerId);
    }

    TriggerGate gate() {
        return gate;
    }

    TestSigner signer() {
        return signer;
    }

    Rehearsal.Checks checks() {
        return checks;
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
        return decide(inbound, this::checked);
    }

    /** The same for a delivery that was found genuine before: without handshakes, intake and signature. */
    CompletableFuture<Reply> repeat(Inbound inbound) {
        return decide(inbound, genuine::take);
    }

    private interface Decision {
        CompletableFuture<Reply> about(Inbound inbound, SourceProfile profile);
    }

    private CompletableFuture<Reply> decide(Inbound inbound, Decision decision) {
        inbound.times().end(Stage.RECEIVE);
        Optional<SourceProfile> profile = profiles.atHand(inbound.trigger().pluginId());
        if (profile.isPresent() && profile.get().quick()) {
            return safely(inbound, () -> about(inbound, profile.get(), decision));
        }
        if (source(inbound.trigger()).isEmpty()) {
            return safely(inbound, () -> unknownSource(inbound));
        }
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        boolean taken = threads.run(
                () -> relay(safely(inbound, () -> slowly(inbound, decision)), reply),
                () -> reply.complete(Reply.error(ErrorCode.SHUTTING_DOWN)));
        return taken ? reply : safely(inbound, () -> refused(inbound, ErrorCode.BUSY, "too many slow verifications"));
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static void relay(CompletableFuture<Reply> from, CompletableFuture<Reply> to) {
        from.whenComplete((reply, failure) -> to.complete(failure == null ? reply : Reply.INTERNAL));
    }

    private CompletableFuture<Reply> slowly(Inbound inbound, Decision decision) {
        return profiles.of(inbound.trigger().pluginId())
                .map(profile -> about(inbound, profile, decision))
                .orElseGet(() -> unknownSource(inbound));
    }

    private static CompletableFuture<Reply> about(Inbound inbound, SourceProfile profile, Decision decision) {
        Intake intake = profile.descriptor().intake();
        return decision.about(
                intake == Intake.DEFAULT
                        ? inbound
                        : inbound.with(inbound.request().withIntake(intake)),
                profile);
    }

    private CompletableFuture<Reply> refused(Inbound inbound, ErrorCode code, String detail) {
        return CompletableFuture.completedFuture(refusals.of(inbound, code, detail));
    }

    private CompletableFuture<Reply> unknownSource(Inbound inbound) {
        return refused(
                inbound,
                ErrorCode.PLUGIN_UNAVAILABLE,
                "source '" + inbound.trigger().pluginId() + "' is not in service");
    }

    private CompletableFuture<Reply> safely(Inbound inbound, Supplier<CompletableFuture<Reply>> work) {
        try {
            return work.get();
        } catch (InfloopException known) {
            return refused(inbound, known.code(), known.getMessage());
        } catch (RuntimeException | Error defect) {
            // Errors too: a plugin's missing class or a lack of memory must not leave the sender without an answer.
            LOG.error("trigger {}: a delivery met a defect ({})", masked(inbound), inbound.correlationId(), defect);
            return defect(inbound);
        }
    }

    private CompletableFuture<Reply> defect(Inbound inbound) {
        try {
            refusals.record(inbound, ErrorCode.INTERNAL, "a defect of the server");
            return CompletableFuture.completedFuture(Reply.internal(inbound.correlationId()));
        } catch (RuntimeException | Error again) {
            LOG.error("trigger {}: a defect could not be recorded", masked(inbound), again);
            return CompletableFuture.completedFuture(Reply.INTERNAL);
        }
    }

    private CompletableFuture<Reply> checked(Inbound inbound, SourceProfile profile) {
        boolean handshakes = inbound.mode() == FireMode.WEBHOOK;
        if (handshakes) {
            Optional<CompletableFuture<Reply>> answer =
                    answered(inbound, profile, challenges.beforeSignature(inbound, profile));
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        boolean delivery =
                IntakeRules.isDelivery(profile.descriptor(), inbound.request().method());
        SignatureGate.Outcome outcome = signatures.check(inbound.trigger(), profile, inbound.request());
        inbound.times().end(Stage.SIGNATURE);
        if (outcome instanceof SignatureGate.Refused refusal) {
            return CompletableFuture.completedFuture(
                    refusals.of(inbound, profile, refusal.code(), refusal.detail(), false));
        }
        if (outcome instanceof SignatureGate.Answered handshake) {
            audit.challenge(inbound, handshake.reply().status(), false);
            return CompletableFuture.completedFuture(handshake.reply());
        }
        SignatureGate.Passed passed = (SignatureGate.Passed) outcome;
        if (handshakes) {
            noteUse(inbound, passed);
            Optional<CompletableFuture<Reply>> answer =
                    answered(inbound, profile, challenges.afterSignature(inbound, profile, passed.verified()));
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        if (delivery) {
            // After the signature: who cannot sign learns nothing about what the source takes.
            Optional<IntakeRules.Refused> unfit =
                    IntakeRules.check(profile.descriptor().intake(), inbound.request());
            if (unfit.isPresent()) {
                return CompletableFuture.completedFuture(refusals.of(
                        inbound, profile, unfit.get().code(), unfit.get().reason(), true));
            }
        }
        return delivery
                ? genuine.take(inbound, profile)
                : CompletableFuture.completedFuture(
                        refusals.of(inbound, profile, ErrorCode.FORBIDDEN, "no handshake of the source", false));
    }

    private void noteUse(Inbound inbound, SignatureGate.Passed passed) {
        passed.provenBy()
                .filter(id -> inbound.trigger().secrets().stream()
                        .anyMatch(secret -> secret.id().equals(id)))
                .ifPresent(id -> triggers.secretUsed(
                        inbound.trigger().id(),
                        id,
                        inbound.request().receivedAt().toEpochMilli()));
    }

    private Optional<CompletableFuture<Reply>> answered(
            Inbound inbound, SourceProfile profile, Challenges.Outcome outcome) {
        if (outcome instanceof Challenges.Answered answer) {
            audit.challenge(inbound, answer.reply().status(), answer.captured());
            return Optional.of(CompletableFuture.completedFuture(answer.reply()));
        }
        if (outcome instanceof Challenges.Refused refusal) {
            return Optional.of(CompletableFuture.completedFuture(
                    refusals.of(inbound, profile, refusal.code(), refusal.detail(), false)));
        }
        return Optional.empty();
    }

    private static String masked(Inbound inbound) {
        return Ids.masked(inbound.trigger().id());
    }
}
