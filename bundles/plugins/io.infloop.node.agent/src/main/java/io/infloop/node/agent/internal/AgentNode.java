package io.infloop.node.agent.internal;

import io.infloop.spi.node.AgentUnavailableException;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.Worktree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Hands a task to an AI agent and waits for its answer. */
@Component(service = NodeType.class)
public final class AgentNode implements NodeType {
    private static final NodeDescriptor DESCRIPTOR = NodeDescriptor.builder("agent", "Agent")
            .group("Agents")
            .description("Hands a task to an AI agent and waits for its answer.")
            .icon("✦")
            .configSchema(AgentSchema.JSON)
            .templated("prompt", "cwd", "worktreeRef")
            .output("text", "string", "The agent's answer: its own words only.")
            .output("stdout", "string", "Everything shown: the agent's words with its tool calls and summaries.")
            .output("stderr", "string", "Error output of the agent's program.")
            .output("exitCode", "number", "Exit code of the agent's program; null if there is none.")
            .output("durationMs", "number", "How long the agent worked.")
            .output("timedOut", "boolean", "Whether the time was up.")
            .output("costUsd", "number", "US dollars, when the agent reports them.")
            .output("sessionId", "string", "By which the agent can continue, when it reports one.")
            .output("permissionDenials", "array", "Tool calls the agent was refused, when there are any.")
            .output(
                    "worktreePath",
                    "string",
                    "The git worktree the agent worked in, when it had one; removed when the run ends.")
            .output("worktreeBranch", "string", "The branch on which its changes are kept when the run ends.")
            .output("worktreeBase", "string", "The commit that the worktree started from.")
            .output("worktreeChanges", "object", "Files, insertions and deletions since that commit.")
            .output("errorMessage", "string", "Why the agent failed; at error only.")
            .output("detail", "string", "What is wrong with the configuration; at error only.")
            .handles("next", "error")
            .build();

    @Override
    public NodeDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public NodeOutcome execute(NodeContext context) throws InterruptedException {
        try {
            return run(context, AgentConfig.read(context.config()));
        } catch (InvalidConfigException invalid) {
            return invalid.outcome();
        }
    }

    private static NodeOutcome run(NodeContext context, AgentConfig config)
            throws InvalidConfigException, InterruptedException {
        Optional<ProviderDescriptor> found = context.agents().find(config.providerId());
        if (found.isEmpty()) {
            return NodeOutcome.error("unknown provider: " + config.providerId());
        }
        Optional<Path> directory = directory(context, config, found.get());
        if (config.useWorktree() && found.get().needsWorkingDirectory() && directory.isPresent()) {
            Optional<RunWorktrees> worktrees = context.worktrees();
            if (worktrees.isEmpty()) {
                return NodeOutcome.error("useWorktree set but no run worktree manager available");
            }
            Worktree worktree;
            try {
                worktree = worktrees
                        .get()
                        .open(directory.get(), config.worktreeRef(), found.get().sandbox());
            } catch (IOException failure) {
                return NodeOutcome.error("worktree setup failed: " + failure.getMessage());
            }
            context.journal().notice("[worktree] " + worktree.root());
            return run(context, config, found.get(), Optional.of(worktree.directory()), Optional.of(worktree));
        }
        return run(context, config, found.get(), directory, Optional.empty());
    }

    private static NodeOutcome run(
            NodeContext context,
            AgentConfig config,
            ProviderDescriptor provider,
            Optional<Path> directory,
            Optional<Worktree> worktree)
            throws InterruptedException {
        AgentRequest request = new AgentRequest(
                config.prompt(),
                directory,
                config.agent(),
                config.profile(),
                config.timeout(),
                config.skipPermissions(),
                AgentRequest.Mode.WORK);
        announcePermissions(context, config, provider);
        AgentResult result;
        try {
            result = context.agents().run(config.providerId(), request, new JournalSink(context.journal()));
        } catch (AgentUnavailableException gone) {
            return NodeOutcome.error(gone.getMessage());
        }
        return AgentOutputs.outcome(result, config.timeout(), worktree);
    }

    private static Optional<Path> directory(NodeContext context, AgentConfig config, ProviderDescriptor provider)
            throws InvalidConfigException {
        if (config.cwd().isPresent()) {
            try {
                return Optional.of(
                        context.workspaceRoots().directory(config.cwd().get()));
            } catch (IOException refused) {
                throw new InvalidConfigException("cwd: " + refused.getMessage());
            }
        }
        if (provider.needsWorkingDirectory()) {
            throw new InvalidConfigException(
                    "cwd is empty; name the directory in which " + provider.label() + " shall work");
        }
        return Optional.empty();
    }

    private static void announcePermissions(NodeContext context, AgentConfig config, ProviderDescriptor provider) {
        if (provider.canSkipPermissions() && !config.skipPermissions()) {
            context.journal()
                    .notice("[permissions] Tool calls that need approval will be refused, as nobody is asked."
                            + " Set skipPermissions on this node to let the agent act without asking.");
        }
    }
}
