package io.infloop.provider.cli.internal;

import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.ManifestException;
import io.infloop.spi.provider.OutputParser;
import io.infloop.spi.provider.ProviderContext;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.provider.ProviderManifest;
import io.infloop.spi.provider.ProviderTransport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Runs agents that are command-line programs, as their manifests say. */
@Component(service = ProviderTransport.class)
public final class CliTransport implements ProviderTransport {
    private static final int CAPTURE_BYTES = 64 * 1024;

    @Override
    public String id() {
        return "cli";
    }

    @Override
    public ProviderDescriptor check(ProviderManifest manifest) throws ManifestException {
        CliManifest cli = CliManifest.read(manifest.document());
        return new ProviderDescriptor(
                manifest.id(),
                manifest.label(),
                manifest.description(),
                manifest.glyph(),
                id(),
                true,
                !cli.dangerousArgs().isEmpty(),
                cli.egressAllowlist().isPresent(),
                cli.sandbox());
    }

    @Override
    public AgentResult run(ProviderManifest manifest, AgentRequest request, ProviderContext context, AgentSink sink)
            throws InterruptedException {
        Optional<Path> directory = request.workingDirectory();
        if (directory.isEmpty()) {
            return AgentResult.failed("a command-line agent needs a working directory; set cwd on the node");
        }
        AgentOutput output = new AgentOutput(sink);
        try {
            CliManifest cli = CliManifest.read(manifest.document());
            announceWhatIsNotUsed(cli, request, sink);
            List<String> command = new ArrayList<>();
            command.add(context.binaryOverride().orElse(cli.bin()));
            command.addAll(Arguments.of(cli, request));
            OutputParser.Session parser = context.openParser(cli.outputFormat(), output);
            ProcessSpec.Builder spec = ProcessSpec.builder(command)
                    .workingDirectory(directory.get())
                    .envPassthrough(cli.envPassthrough())
                    .sandbox(cli.sandbox())
                    .credentialFiles(cli.credentialFiles())
                    .notices(sink::notice)
                    .timeout(request.timeout())
                    .interruptFirst(cli.interruptFirst())
                    // Both streams are read line by line into the bounded output; a second copy is not needed.
                    .captureBytes(CAPTURE_BYTES)
                    .stdoutLines(line -> output.parse(parser, line))
                    .stderrLines(output::stderr);
            cli.egressAllowlist().ifPresent(spec::egressAllowlist);
            cli.environment().forEach(spec::environment);
            if (cli.promptVia() == PromptVia.STDIN) {
                spec.stdin(request.prompt());
            }
            ProcessExit exit = context.processes().run(spec.build());
            return CliResult.of(exit, output, output.finish(parser), request.timeout());
        } catch (SpawnException notStarted) {
            if (notStarted.isRefusal()) {
                return AgentResult.failed(notStarted.getMessage());
            }
            return AgentResult.failed("runProvider(" + manifest.id() + ") spawn error: " + notStarted.getMessage());
        } catch (ManifestException | RefusedArgumentException refused) {
            return AgentResult.failed("runProvider(" + manifest.id() + "): " + refused.getMessage());
        }
    }

    private static void announceWhatIsNotUsed(CliManifest cli, AgentRequest request, AgentSink sink) {
        if (request.agent().isPresent() && cli.args().stream().noneMatch(token -> token.contains(Arguments.AGENT))) {
            sink.notice("[agent] this agent has no sub-agents; the name on the node is not used");
        }
        if (request.profile().isPresent()) {
            sink.notice("[profile] command-line agents take no model or profile from the node; it is not used");
        }
    }
}
