package io.infloop.node.script.internal;

import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Runs a function that the workflow's author wrote. */
@Component(service = NodeType.class)
public final class ScriptNode implements NodeType {
    private static final NodeDescriptor DESCRIPTOR = NodeDescriptor.builder("script", "Script")
            .group("Code")
            .description("Calls the function run of a Python script with the inputs, in their order and as texts, and"
                    + " takes the declared outputs from the object it returns. The code itself is never templated.")
            .icon("{}")
            .configSchema(ScriptSchema.JSON)
            .templated("cwd", "inputs.*")
            .output("stdout", "string", "What the script printed.")
            .output("stderr", "string", "What the script wrote to its error output, tracebacks included.")
            .output("exitCode", "number", "Exit code of the interpreter, null if it was killed.")
            .output("durationMs", "number", "How long the script ran.")
            .output("timedOut", "boolean", "Whether the time was up.")
            .output("language", "string", "The language of the script.")
            .output("errorMessage", "string", "Why the script failed; at error only.")
            .output("detail", "string", "What is wrong with the configuration; at error only.")
            .handles("next", "error")
            .build();

    @Override
    public NodeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public NodeOutcome execute(NodeContext context) throws InterruptedException {
        ScriptConfig config;
        try {
            config = ScriptConfig.read(context.config());
        } catch (InvalidConfigException invalid) {
            return invalid.outcome();
        }
        if (context.cancellation().isCancelled()) {
            return NodeOutcome.error("aborted");
        }
        try {
            return run(context, config);
        } catch (SpawnException notStarted) {
            return ScriptOutputs.notStarted(config, notStarted.getMessage());
        } catch (IOException refused) {
            return NodeOutcome.error("the script cannot run: " + refused.getMessage());
        }
    }

    private static NodeOutcome run(NodeContext context, ScriptConfig config) throws IOException, InterruptedException {
        Optional<Path> directory = config.cwd().isPresent()
                ? Optional.of(context.workspaceRoots().directory(config.cwd().get()))
                : Optional.empty();
        PythonHarness harness = PythonHarness.write(context.scratchDirectory(), config.code());
        ProcessSpec.Builder spec = ProcessSpec.builder(harness.command(context.interpreter("python")))
                .stdin(config.argumentsJson())
                .timeout(Duration.ofMillis(config.timeoutMs()))
                .notices(context.journal()::notice)
                .stdoutLines(context.journal()::stdout)
                .stderrLines(context.journal()::stderr);
        harness.environment().forEach(spec::environment);
        directory.ifPresent(spec::workingDirectory);
        ProcessExit exit = context.processes().run(spec.build());
        return ScriptOutputs.outcome(config, exit, harness.result(), context.journal());
    }
}
