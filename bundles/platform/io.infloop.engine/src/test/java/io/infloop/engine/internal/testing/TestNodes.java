package io.infloop.engine.internal.testing;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.Body;
import io.infloop.spi.node.EndStatus;
import io.infloop.spi.node.ForkedWalk;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeDescriptor.Signal;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.node.SubworkflowException;
import io.infloop.spi.node.WalkReport;
import io.infloop.spi.node.WalkResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Node types just large enough to exercise the engine. */
public final class TestNodes {
    /** What a node does. */
    public interface Code {
        NodeOutcome execute(NodeContext context) throws Exception;
    }

    private record Plain(NodeDescriptor descriptor, Code code) implements NodeType {
        @Override
        public NodeOutcome execute(NodeContext context) throws Exception {
            return code.execute(context);
        }
    }

    private TestNodes() {}

    public static NodeType of(NodeDescriptor descriptor, Code code) {
        return new Plain(descriptor, code);
    }

    public static NodeType of(String id, Code code) {
        return of(NodeDescriptor.builder(id, id).templated("text", "values.*").build(), code);
    }

    /** start, end, echo, fail, check, loop, all and call. */
    public static NodeType[] basic() {
        return new NodeType[] {start(), end(), echo(), fail(), check(), loop(), all(), call()};
    }

    public static NodeType start() {
        return of(
                NodeDescriptor.builder("start", "Start")
                        .handles("next")
                        .withoutInput()
                        .build(),
                context -> NodeOutcome.next(JsonObject.EMPTY));
    }

    public static NodeType end() {
        return of(
                NodeDescriptor.builder("end", "End").handles().build(),
                context -> new NodeOutcome.End(
                        context.config().string("outcome").orElse("").equals("failed")
                                ? EndStatus.FAILED
                                : EndStatus.SUCCEEDED,
                        JsonObject.EMPTY));
    }

    /** Puts its text out. */
    public static NodeType echo() {
        return of("echo", context -> {
            String text = context.config().string("text").orElse("");
            context.journal().stdout(text);
            return NodeOutcome.next(JsonObject.of("text", text));
        });
    }

    public static NodeType fail() {
        return of(
                "fail",
                context -> NodeOutcome.error(context.config().string("text").orElse("it failed")));
    }

    /** met when the iteration has reached {@code at}. */
    public static NodeType check() {
        return of(
                NodeDescriptor.builder("check", "Check")
                        .handles("met", "not_met", "error")
                        .resultEvent("condition_checked", "met", "detail")
                        .build(),
                context -> {
                    int at = context.config()
                            .number("at")
                            .orElse(Integer.MAX_VALUE)
                            .intValue();
                    boolean met = context.iteration().orElse(1) >= at;
                    return NodeOutcome.follow(
                            met ? "met" : "not_met",
                            JsonObject.builder()
                                    .put("met", met)
                                    .put("detail", "at " + context.iteration().orElse(0))
                                    .build());
                });
    }

    public static NodeType loop() {
        return of(
                NodeDescriptor.builder("loop", "Loop")
                        .container(Map.of(
                                "met", Signal.BREAK,
                                "break", Signal.BREAK,
                                "not_met", Signal.CONTINUE,
                                "continue", Signal.CONTINUE))
                        .build(),
                TestNodes::loop);
    }

    private static NodeOutcome loop(NodeContext context) throws InterruptedException {
        Body body = context.body().orElseThrow();
        int max = context.config().number("maxIterations").orElse(100).intValue();
        boolean infinite = context.config().bool("infinite").orElse(false);
        int iteration = 0;
        boolean broke = false;
        while (!body.isEmpty() && !broke && (infinite || iteration < max)) {
            iteration++;
            WalkResult result =
                    body.walk(body.entries().get(0), OptionalInt.of(iteration)).result();
            if (result instanceof WalkResult.Break) {
                broke = true;
            } else if (!(result instanceof WalkResult.FellThrough || result instanceof WalkResult.Continue)) {
                return new NodeOutcome.Escape(result, outputs(iteration, false, false));
            }
        }
        return NodeOutcome.next(outputs(iteration, broke, !broke));
    }

    private static JsonObject outputs(int iterations, boolean broke, boolean exhausted) {
        return JsonObject.builder()
                .put("iterations", iterations)
                .put("broke", broke)
                .put("exhausted", exhausted)
                .build();
    }

    /** Walks all entries beside each other; {@code race} cancels the others when the first has ended. */
    public static NodeType all() {
        return of(
                NodeDescriptor.builder("all", "All")
                        .container(Map.of())
                        .handles("all_done", "error")
                        .build(),
                TestNodes::all);
    }

    private static NodeOutcome all(NodeContext context) {
        Body body = context.body().orElseThrow();
        List<ForkedWalk> walks = new ArrayList<>();
        for (String entry : body.entries()) {
            walks.add(body.fork(entry));
        }
        if (context.config().bool("race").orElse(false)) {
            walks.get(0).report().toCompletableFuture().join();
            walks.stream().skip(1).forEach(ForkedWalk::cancel);
        }
        Map<String, Object> children = new LinkedHashMap<>();
        boolean failed = false;
        for (int i = 0; i < walks.size(); i++) {
            WalkReport report = walks.get(i).report().toCompletableFuture().join();
            failed |= report.result() instanceof WalkResult.Failed;
            children.put(
                    body.entries().get(i),
                    JsonObject.builder()
                            .put("result", report.result().getClass().getSimpleName())
                            .put("error", report.result() instanceof WalkResult.Failed failure ? failure.message() : "")
                            .put("outputs", report.scope())
                            .build());
        }
        return NodeOutcome.follow(failed ? "error" : "all_done", JsonObject.of("children", children));
    }

    /** Calls another workflow. */
    public static NodeType call() {
        return of(NodeDescriptor.builder("call", "Call").templated("inputs.*").build(), context -> {
            try {
                Body body = context.subworkflows()
                        .open(
                                context.config().string("workflowId").orElse(""),
                                context.config().object("inputs").orElse(JsonObject.EMPTY));
                WalkReport report = body.walk(body.entries().get(0), OptionalInt.empty());
                return report.result() instanceof WalkResult.Failed failed
                        ? NodeOutcome.error(failed.nodePath() + ": " + failed.message())
                        : NodeOutcome.next(JsonObject.of("scope", report.scope()));
            } catch (SubworkflowException refused) {
                return NodeOutcome.error(refused.getMessage());
            }
        });
    }
}
