package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.engine.Runs;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import io.infloop.workspace.worktree.Worktrees;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunWorktreesTest {
    private static final String RUN = "12345678-1111-4111-8111-111111111111";
    private static final String PATH = "/flow/" + RUN + "/worktrees";

    private final List<String> calls = new ArrayList<>();
    private List<TreeRecord> trees = List.of(new TreeRecord(
            "agent-1",
            "sub/agent 1",
            TreeKind.WORKTREE,
            TreeState.PRESERVED,
            Path.of("/repo"),
            Path.of("/repo/.git"),
            Path.of("/repo/.infloop-worktrees/x"),
            Optional.empty(),
            "HEAD",
            "abc",
            "infloop/12345678/agent-1",
            Optional.of("def"),
            Optional.of(JsonObject.of("files", 2)),
            Optional.empty(),
            false,
            7));
    private final RunsResource resource = new RunsResource(
            Fakes.fake(RecordStore.class, (method, arguments) -> List.of()),
            Fakes.fake(Runs.class, (method, arguments) -> Optional.empty()),
            Fakes.fake(Worktrees.class, this::answer));

    private Object answer(String method, Object[] arguments) throws InfloopException {
        if (method.equals("of")) {
            return trees;
        }
        calls.add(method + Arrays.asList(arguments));
        if (method.equals("apply")) {
            throw new InfloopException(ErrorCode.CONFLICT, "the working tree is not clean");
        }
        return arguments[2].equals("agent-1") ? Optional.of(trees.get(0)) : Optional.empty();
    }

    @Test
    void theTreesOfARunAreListed() {
        assertThat(Fakes.text(Fakes.get(resource, PATH)))
                .isEqualTo("200 {\"worktrees\":[{\"id\":\"agent-1\",\"nodeId\":\"sub/agent 1\",\"state\":\"preserved\","
                        + "\"repository\":\"/repo\",\"path\":\"/repo/.infloop-worktrees/x\",\"base\":\"abc\","
                        + "\"branch\":\"infloop/12345678/agent-1\",\"commit\":\"def\",\"changes\":{\"files\":2},"
                        + "\"kept\":false,\"createdAt\":7}]}");
        trees = List.of();
        assertThat(Fakes.get(resource, PATH).status()).isEqualTo(404);
        assertThat(Fakes.get(resource, "/flow/" + RUN + "/branches").status()).isEqualTo(404);
        assertThat(Fakes.get(resource, "/flow/not-a-run/worktrees").status()).isEqualTo(404);
        assertThat(Fakes.post(resource, PATH, "").status()).isEqualTo(405);
    }

    @Test
    void decisionsAreTakenOnceTheyAreKnown() {
        assertThat(Fakes.text(Fakes.post(resource, PATH + "/agent-1/keep", "")))
                .startsWith("200 {\"worktree\":{\"id\":\"agent-1\"");
        assertThat(Fakes.post(resource, PATH + "/agent-1/discard", "").status()).isEqualTo(200);
        assertThat(Fakes.text(Fakes.post(resource, PATH + "/agent-1/apply", "")))
                .isEqualTo("409 {\"error\":\"conflict\",\"reason\":\"the working tree is not clean\"}");
        assertThat(Fakes.text(Fakes.post(resource, PATH + "/agent-2/keep", "")))
                .startsWith("404 {\"error\":\"not-found\",\"reason\":\"that run left no such worktree");
        assertThat(calls)
                .startsWith(
                        "keep" + List.of("flow", RUN, "agent-1", Actor.API_TOKEN),
                        "discard" + List.of("flow", RUN, "agent-1", Actor.API_TOKEN));
        calls.clear();
        assertThat(Fakes.get(resource, PATH + "/agent-1/discard").status()).isEqualTo(405);
        assertThat(Fakes.post(resource, PATH + "/agent-1/merge", "").status()).isEqualTo(404);
        assertThat(Fakes.post(resource, PATH + "/agent-1", "").status()).isEqualTo(404);
        assertThat(calls).isEmpty();
    }
}
