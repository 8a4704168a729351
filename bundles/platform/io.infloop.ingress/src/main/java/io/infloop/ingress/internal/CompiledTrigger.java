package io.infloop.ingress.internal;

import io.infloop.engine.template.Predicates;
import io.infloop.engine.template.Template;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Concurrency;
import io.infloop.store.Trigger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A trigger's predicates and input mapping, ready to be used for many deliveries. Immutable. */
final class CompiledTrigger {
    private record CompiledPredicate(Template lhs, String op, Template rhs) {}

    private record CompiledConcurrency(Template key, Concurrency.Policy policy) {}

    /** A predicate and what came of it. */
    record Tested(String lhs, String op, String rhs, boolean holds, String problem) {
        JsonObject toJson() {
            JsonObject.Builder json = JsonObject.builder()
                    .put("lhs", lhs)
                    .put("op", op)
                    .put("rhs", rhs)
                    .put("holds", holds);
            return problem.isEmpty()
                    ? json.build()
                    : json.put("problem", problem).build();
        }
    }

    private final List<CompiledPredicate> predicates;
    private final Map<String, Template> inputs;
    private final Optional<Template> dedupKey;
    private final Optional<CompiledConcurrency> concurrency;
    private final WantedPaths wanted;

    private CompiledTrigger(
            List<CompiledPredicate> predicates,
            Map<String, Template> inputs,
            Optional<Template> dedupKey,
            Optional<CompiledConcurrency> concurrency,
            WantedPaths wanted) {
        this.predicates = predicates;
        this.inputs = inputs;
        this.dedupKey = dedupKey;
        this.concurrency = concurrency;
        this.wanted = wanted;
    }

    static CompiledTrigger compile(Trigger trigger) {
        List<CompiledPredicate> predicates = new ArrayList<>();
        for (Trigger.Predicate predicate : trigger.match()) {
            predicates.add(new CompiledPredicate(
                    Template.compile(predicate.lhs()), predicate.op(), Template.compile(predicate.rhs())));
        }
        Map<String, Template> inputs = new LinkedHashMap<>();
        trigger.inputs().forEach((name, source) -> inputs.put(name, Template.compile(source)));
        Optional<Template> dedupKey = trigger.dedup().key().map(Template::compile);
        Optional<CompiledConcurrency> concurrency = trigger.concurrency()
                .map(given -> new CompiledConcurrency(Template.compile(given.key()), given.policy()));
        List<String> paths = Stream.of(
                        predicates.stream().flatMap(predicate -> Stream.of(predicate.lhs(), predicate.rhs())),
                        inputs.values().stream(),
                        dedupKey.stream(),
                        concurrency.stream().map(CompiledConcurrency::key))
                .flatMap(templates -> templates)
                .map(Template::paths)
                .flatMap(Collection::stream)
                .toList();
        return new CompiledTrigger(List.copyOf(predicates), inputs, dedupKey, concurrency, WantedPaths.of(paths));
    }

    /** The places of a request that the templates look at. */
    WantedPaths wanted() {
        return wanted;
    }

    /** Stops at the first predicate that does not hold. */
    boolean matches(Map<String, Object> scope) {
        for (CompiledPredicate predicate : predicates) {
            if (!test(predicate, scope).holds()) {
                return false;
            }
        }
        return true;
    }

    /** Tests all predicates, to show them. */
    List<Tested> test(Map<String, Object> scope) {
        return predicates.stream().map(predicate -> test(predicate, scope)).toList();
    }

    private static Tested test(CompiledPredicate predicate, Map<String, Object> scope) {
        String lhs = resolve(predicate.lhs(), scope);
        String rhs = resolve(predicate.rhs(), scope);
        if (!Predicates.isOperator(predicate.op())) {
            return new Tested(lhs, predicate.op(), rhs, false, "unknown operator; use ==, !=, contains or matches");
        }
        Predicates.Verdict verdict = Predicates.test(lhs, predicate.op(), rhs);
        if (verdict instanceof Predicates.InvalidPattern invalid) {
            return new Tested(lhs, predicate.op(), rhs, false, invalid.message());
        }
        return new Tested(lhs, predicate.op(), rhs, ((Predicates.Known) verdict).holds(), "");
    }

    /** The mapped inputs; a path without a value becomes empty text. */
    Map<String, String> inputs(Map<String, Object> scope) {
        Map<String, String> values = new LinkedHashMap<>();
        inputs.forEach((name, template) -> values.put(name, resolve(template, scope)));
        return values;
    }

    /** What makes two deliveries the same; empty when a place of the template is missing. */
    Optional<String> dedupKey(Map<String, Object> scope) {
        return dedupKey.flatMap(template -> complete(template, scope));
    }

    /** Which deliveries exclude each other; empty when a place of the template is missing: such a delivery excludes none. */
    Optional<Concurrency> concurrency(Map<String, Object> scope) {
        return concurrency.flatMap(given ->
                complete(given.key(), scope).map(key -> new Concurrency(Digests.bounded(key), given.policy())));
    }

    private static Optional<String> complete(Template template, Map<String, Object> scope) {
        boolean[] incomplete = {false};
        String text = template.resolve(scope, missing -> incomplete[0] = true);
        return incomplete[0] || text.isBlank() ? Optional.empty() : Optional.of(text);
    }

    private static String resolve(Template template, Map<String, Object> scope) {
        return template.resolve(scope, missing -> {});
    }
}
