package io.infloop.bench;

import io.infloop.engine.template.Template;
import io.infloop.spi.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Placeholders: compiling them, and resolving a prompt from a GitHub delivery. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TemplateBenchmark {
    private static final String PROMPT =
            """
            Review pull request {{body.number}} of {{body.repository.full_name}}: {{body.pull_request.title}}.
            It goes from {{ body.pull_request.head.ref }} to {{ body.pull_request.base.ref }}.
            Its author {{body.pull_request.user.login}} says: {{body.pull_request.body}}
            Nothing is known of {{body.pull_request.milestone.title}}.
            """;

    private Template prompt;
    private Template literal;
    private Map<String, Object> scope;

    @Setup
    public void prepare() {
        prompt = Template.compile(PROMPT);
        literal = Template.compile("no placeholder in this text");
        String body = new String(GithubDelivery.body(7), StandardCharsets.UTF_8);
        scope = Map.of("body", Json.parseObject(body));
    }

    @Benchmark
    public Template compilePrompt() {
        return Template.compile(PROMPT);
    }

    @Benchmark
    public String resolvePrompt(Blackhole missing) {
        return prompt.resolve(scope, missing::consume);
    }

    @Benchmark
    public String resolveLiteral(Blackhole missing) {
        return literal.resolve(scope, missing::consume);
    }
}
