package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.WorkflowStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What becomes of a delivery once it is known to be genuine: it is read, sifted, and stored with all that it starts, or not at all. */
final class GenuineDeliveries {
    private final Arrivals arrivals;
    private final CompiledTriggers compiled;
    private final Workflows workflows;
    private final WorkflowStore workflowStore;
    private final Acceptance acceptance;
    private final RefusedDeliveries kept;
    private final Refusals refusals;

    GenuineDeliveries(
            Arrivals arrivals,
            CompiledTriggers compiled,
            Workflows workflows,
            WorkflowStore workflowStore,
            Acceptance acceptance,
            RefusedDeliveries kept,
            Refusals refusals) {
        this.arrivals = arrivals;
        this.compiled = compiled;
        this.workflows = workflows;
        this.workflowStore = workflowStore;
        this.acceptance = acceptance;
        this.kept = kept;
        this.refusals = refusals;
    }

    CompletableFuture<Reply> take(Inbound inbound, SourceProfile profile) {
        Arrivals.Outcome outcome = arrivals.read(inbound, profile);
        inbound.times().end(Stage.READ);
        if (outcome instanceof Arrivals.Refused unread) {
            return refused(
                    inbound,
                    profile,
                    unread.code(),
                    unread.reason(),
                    unread.code().httpStatus() < 500);
        }
        Arrival arrival = ((Arrivals.Read) outcome).arrival();
        Optional<Selection.Misconfigured> misconfigured = Selection.misconfigured(inbound.trigger(), profile);
        if (misconfigured.isPresent()) {
            return refused(
                    inbound,
                    profile,
                    ErrorCode.TRIGGER_MISCONFIGURED,
                    misconfigured.get().detail(),
                    false);
        }
        if (arrival.parts().stream().noneMatch(part -> Selection.isOfType(inbound.trigger(), profile, part))) {
            return filtered(arrival, "other-event");
        }
        String workflowId = inbound.trigger().workflowId();
        Optional<List<InputDeclaration>> declared = workflows.inputs(workflowId);
        if (declared.isEmpty()) {
            return absentWorkflow(inbound, profile);
        }
        CompiledTrigger definition = compiled.of(inbound.trigger());
        Selection.Outcome selection = new Selection(definition, declared.get()).of(arrival);
        if (selection instanceof Selection.Invalid invalid) {
            return CompletableFuture.completedFuture(invalidInputs(arrival, invalid));
        }
        List<Selection.Event> wanted = ((Selection.Wanted) selection).events();
        if (wanted.isEmpty()) {
            return filtered(arrival, "no-match");
        }
        return acceptance.accept(new Acceptance.Checked(
                arrival,
                workflowStore.find(workflowId).map(StoredWorkflow::name).orElse(workflowId),
                wanted));
    }

    private CompletableFuture<Reply> refused(
            Inbound inbound, SourceProfile profile, ErrorCode code, String detail, boolean tell) {
        return CompletableFuture.completedFuture(refusals.of(inbound, profile, code, detail, tell));
    }

    private CompletableFuture<Reply> filtered(Arrival arrival, String code) {
        Inbound inbound = arrival.inbound();
        kept.filtered(
                inbound,
                arrival.profile(),
                arrival.parts().isEmpty()
                        ? Optional.empty()
                        : arrival.parts().get(0).eventType(),
                code);
        return CompletableFuture.completedFuture(AcceptanceReplies.asInsisted(arrival, Reply.FILTERED));
    }

    /** A file that cannot be read at the moment is no reason to tell a sender to forget the URL. */
    private CompletableFuture<Reply> absentWorkflow(Inbound inbound, SourceProfile profile) {
        String workflowId = inbound.trigger().workflowId();
        boolean broken = workflowStore.problems().stream()
                .anyMatch(problem -> problem.file().equals(workflowId + ".json")
                        || problem.file().equals("library/" + workflowId + ".json"));
        return broken
                ? refused(
                        inbound,
                        profile,
                        ErrorCode.STORE_UNAVAILABLE,
                        "the file of workflow '" + workflowId
                                + "' cannot be used; see the problems of GET /api/workflows",
                        false)
                : refused(inbound, profile, ErrorCode.NOT_FOUND, "workflow '" + workflowId + "' does not exist", false);
    }

    /** 422 here: the code's own status, 400, is for requests whose sender can mend them. */
    private Reply invalidInputs(Arrival arrival, Selection.Invalid invalid) {
        Inbound inbound = arrival.inbound();
        String detail = "input '" + invalid.problem().field() + "': "
                + invalid.problem().reason()
                + (arrival.isBatch() ? " (event " + invalid.index() + " of the batch)" : "");
        refusals.of(inbound, arrival.profile(), ErrorCode.INVALID_INPUTS, detail, false);
        JsonObject.Builder body = JsonObject.builder()
                .put("error", ErrorCode.INVALID_INPUTS.text())
                .putAll(invalid.problem().toJson());
        if (arrival.isBatch()) {
            body.put("event", invalid.index());
        }
        return Reply.json(422, body.build()).withCorrelation(inbound.correlationId());
    }
}
