package io.infloop.workspace.internal.worktree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.spi.workspace.Worktree;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionsTest {
    @TempDir
    Path temporary;

    private Repositories on;
    private TreeRecord kept;

    @BeforeEach
    void setUp() throws Exception {
        on = new Repositories(temporary);
        Worktree tree = on.open("agent-1");
        Files.writeString(tree.root().resolve("a.txt"), "by the agent\n");
        Files.writeString(tree.root().resolve("new.txt"), "new\n");
        kept = on.settled();
    }

    private static void assertConflict(ThrowingCallable call, String reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(InfloopException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.CONFLICT))
                .hasMessageContaining(reason);
    }

    @Test
    void appliedItIsInTheWorkingTreeButNotCommitted() throws Exception {
        String before = on.commit("HEAD");
        assertThat(on.apply(kept).orElseThrow().state()).isEqualTo(TreeState.APPLIED);
        assertThat(on.repository.resolve("a.txt")).hasContent("by the agent\n");
        assertThat(on.git(on.repository, "status", "--porcelain")).isEqualTo("M  a.txt\nA  new.txt\n");
        assertThat(on.commit("HEAD")).isEqualTo(before);
        assertThat(on.auditTypes()).containsExactly("worktree.preserved", "worktree.applied");
        assertConflict(() -> on.apply(kept), "commit or stash");
    }

    @Test
    void itIsMergedWithWhatHappenedMeanwhile() throws Exception {
        Files.writeString(on.repository.resolve("sub/b.txt"), "meanwhile\n");
        on.git(on.repository, "commit", "-qam", "meanwhile");
        on.apply(kept);
        assertThat(on.git(on.repository, "status", "--porcelain")).isEqualTo("M  a.txt\nA  new.txt\n");
        assertThat(on.repository.resolve("sub/b.txt")).hasContent("meanwhile\n");
    }

    @Test
    void aConflictChangesNothing() throws Exception {
        Files.writeString(on.repository.resolve("a.txt"), "by a person\n");
        on.git(on.repository, "commit", "-qam", "meanwhile");
        assertConflict(() -> on.apply(kept), "conflicts with what is checked out");
        assertThat(on.git(on.repository, "status", "--porcelain")).isEmpty();
        assertThat(on.repository.resolve("new.txt")).doesNotExist();
        assertThat(on.worktrees.of("flow", Repositories.RUN)).containsExactly(kept);
    }

    @Test
    void nothingIsAppliedOverUnsavedWork() throws Exception {
        Files.writeString(on.repository.resolve("sub/b.txt"), "unsaved\n");
        assertConflict(() -> on.apply(kept), "not committed (sub/b.txt)");
        assertThat(on.repository.resolve("sub/b.txt")).hasContent("unsaved\n");
        on.git(on.repository, "checkout", "-q", ".");
        Files.writeString(on.repository.resolve("new.txt"), "mine and untracked\n");
        assertConflict(() -> on.apply(kept), "new.txt");
        assertThat(on.repository.resolve("new.txt")).hasContent("mine and untracked\n");
        assertThat(on.repository.resolve("a.txt")).hasContent("one\n");
        Files.delete(on.repository.resolve("new.txt"));
        Files.writeString(on.repository.resolve(".git/MERGE_HEAD"), on.commit("HEAD") + "\n");
        assertConflict(() -> on.apply(kept), "is under way");
    }

    @Test
    void discardDeletesTheBranchOnce() throws Exception {
        assertThat(on.discard(kept).orElseThrow().state()).isEqualTo(TreeState.DISCARDED);
        assertThat(on.git(on.repository, "branch", "--list", "infloop/*")).isEmpty();
        assertConflict(() -> on.discard(kept), "discarded already");
        assertConflict(() -> on.apply(kept), "discarded already");
        assertThat(on.auditTypes()).containsExactly("worktree.preserved", "worktree.discarded");
    }

    @Test
    void discardDoesNotTouchABranchThatSomebodyWorksOn() throws Exception {
        on.git(on.repository, "checkout", "-q", kept.branch());
        assertConflict(() -> on.discard(kept), "is checked out");
        on.git(on.repository, "commit", "-q", "--allow-empty", "-m", "more");
        on.git(on.repository, "checkout", "-q", "main");
        assertConflict(() -> on.discard(kept), "has moved");
        assertThat(on.git(on.repository, "log", "-1", "--format=%s", kept.branch()))
                .isEqualTo("more\n");
    }

    @Test
    void discardAlsoFindsAPackedBranchAndOneThatIsGone() throws Exception {
        on.git(on.repository, "pack-refs", "--all");
        on.discard(kept);
        assertThat(on.git(on.repository, "branch", "--list", "infloop/*")).isEmpty();
    }

    @Test
    void keepIsADecisionAndUnknownTreesAreNone() throws Exception {
        TreeRecord decided = on.worktrees
                .keep("flow", Repositories.RUN, kept.id(), Actor.API_TOKEN)
                .orElseThrow();
        assertThat(decided.kept()).isTrue();
        assertThat(decided.state()).isEqualTo(TreeState.PRESERVED);
        assertThat(on.worktrees.keep("flow", Repositories.RUN, "agent-2", Actor.API_TOKEN))
                .isEmpty();
        assertThat(on.worktrees.keep("other", Repositories.RUN, kept.id(), Actor.API_TOKEN))
                .isEmpty();
        assertThat(on.worktrees.discard("flow", "../../etc/passwd", kept.id(), Actor.API_TOKEN))
                .isEmpty();
        assertThat(on.auditTypes()).containsExactly("worktree.preserved", "worktree.kept");
    }

    @Test
    void nobodyDecidesAboutATreeThatIsStillWorkedIn() throws Exception {
        on.open("agent-2");
        TreeRecord active = on.worktrees.of("flow", Repositories.RUN).get(1);
        assertConflict(() -> on.discard(active), "still works in it");
    }
}
