package io.infloop.workspace.internal.worktree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.spi.workspace.Worktree;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import io.infloop.workspace.worktree.Worktrees.TreeOwner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitWorktreesTest {
    @TempDir
    Path temporary;

    private Repositories on;

    @BeforeEach
    void setUp() throws Exception {
        on = new Repositories(temporary);
    }

    @Test
    void aTreeIsMadeInTheRepositorysFolderAndItsSubDirectoryIsKept() throws Exception {
        Worktree tree = on.node("sub-1/agent 1").open(on.repository.resolve("sub"), Optional.of(" "));
        assertThat(tree.root().getParent()).isEqualTo(on.repository.resolve(".infloop-worktrees"));
        assertThat(tree.root().getFileName().toString()).matches("12345678-sub-1-agent-1-[a-z0-9]{6}");
        assertThat(tree.directory()).isEqualTo(tree.root().resolve("sub"));
        assertThat(tree.baseCommit()).isEqualTo(on.commit("HEAD"));
        assertThat(tree.branch()).isEqualTo("infloop/12345678/sub-1-agent-1");
        assertThat(tree.root().resolve("a.txt")).hasContent("one\n");
        assertThat(on.announced).containsExactly(tree.root());
        assertThat(on.git(tree.root(), "status", "--porcelain")).isEmpty();
        assertThat(on.git(on.repository, "status", "--porcelain")).isEmpty();
        assertThat(on.git(on.repository, "worktree", "list"))
                .contains(tree.root().toString() + " ");
        on.open("other");
        assertThat(Files.readString(on.repository.resolve(".git/info/exclude")))
                .containsOnlyOnce(".infloop-worktrees/");
    }

    @Test
    void loopsGetTheSameTreeAndOtherNodesOrRepositoriesAnother() throws Exception {
        Path second = Files.createDirectories(on.base.resolve("second"));
        on.git(second, "init", "-q", "-b", "main");
        on.git(second, "commit", "-q", "--allow-empty", "-m", "first");
        Worktree first = on.open("agent-1");
        assertThat(on.open("agent-1").root()).isEqualTo(first.root());
        assertThat(on.open("sub-1/agent-1").root()).isNotEqualTo(first.root());
        assertThat(on.open("sub-1-agent-1").branch()).isEqualTo("infloop/12345678/sub-1-agent-1-2");
        assertThat(on.node("agent-1").open(second, Optional.empty()).root()).startsWith(second);
        assertThat(on.node("agent-1").open(on.repository, Optional.of("HEAD")).root())
                .isEqualTo(first.root());
        assertThatThrownBy(() -> on.node("agent-1").open(on.repository, Optional.of("main")))
                .hasMessageContaining("already exists")
                .hasMessageContaining("cannot rebase")
                .hasMessageContaining("mid-run");
    }

    @Test
    void whatCannotBeATreeIsSaid() throws Exception {
        Path plain = Files.createDirectories(on.base.resolve("plain"));
        assertThatThrownBy(() -> on.node("n").open(plain, Optional.empty()))
                .hasMessageStartingWith("not a git repository: " + plain + " (");
        assertThatThrownBy(() -> on.node("n").open(on.repository, Optional.of("nowhere")))
                .hasMessageStartingWith("git worktree add failed for ref \"nowhere\": ");
        assertThatThrownBy(() -> on.node("n").open(on.repository, Optional.of("--exec=x")))
                .hasMessageStartingWith("git worktree add failed for ref \"--exec=x\": ");
        Path untracked = Files.createDirectories(on.repository.resolve("new"));
        assertThatThrownBy(() -> on.node("n").open(untracked, Optional.empty()))
                .hasMessageContaining("is not in \"HEAD\"");
        on.roots = List.of(on.repository.resolve("sub"));
        assertThatThrownBy(() -> on.node("m").open(on.repository.resolve("sub"), Optional.empty()))
                .hasMessageContaining("beyond the workspace roots");
        Files.createDirectories(on.base.resolve("elsewhere"));
        on.roots = List.of();
        on.worktrees.settle(Repositories.RUN);
        Files.deleteIfExists(on.repository.resolve(".infloop-worktrees"));
        Files.createSymbolicLink(on.repository.resolve(".infloop-worktrees"), on.base.resolve("elsewhere"));
        assertThatThrownBy(() -> on.node("k").open(on.repository, Optional.empty()))
                .hasMessageContaining("is a link");
        assertThat(on.base.resolve("elsewhere")).isEmptyDirectory();
    }

    @Test
    void aTreeStartsWhereItsRefSays() throws Exception {
        String first = on.commit("HEAD");
        on.git(on.repository, "commit", "-q", "--allow-empty", "-m", "second");
        assertThat(on.node("n").open(on.repository, Optional.of(" HEAD~1 ")).baseCommit())
                .isEqualTo(first);
    }

    @Test
    void manyTreesAtOnceDoNotDisturbEachOther() throws Exception {
        int count = Integer.getInteger("infloop.test.worktrees", 4);
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Callable<Worktree>> tasks = new ArrayList<>();
            for (int number = 0; number < count; number++) {
                String node = "agent-" + number;
                tasks.add(() -> on.open(node));
            }
            List<Path> roots = new ArrayList<>();
            for (Future<Worktree> made : threads.invokeAll(tasks)) {
                roots.add(made.get().root());
            }
            assertThat(roots).doesNotHaveDuplicates().allSatisfy(root -> assertThat(root.resolve("a.txt"))
                    .exists());
        } finally {
            threads.shutdownNow();
        }
        assertThat(on.worktrees.settle(Repositories.RUN)).isEmpty();
        assertThat(on.repository.resolve(".git/worktrees")).doesNotExist();
    }

    @Test
    void anUnchangedTreeLeavesNothing() throws Exception {
        Worktree tree = on.open("agent-1");
        Files.writeString(tree.root().resolve("ignored.log"), "noise");
        assertThat(tree.changes().orElseThrow().number("files")).contains(0L);
        assertThat(on.worktrees.settle(Repositories.RUN)).isEmpty();
        assertThat(on.worktrees.settle(Repositories.RUN)).isEmpty();
        assertThat(tree.root()).doesNotExist();
        assertThat(on.git(on.repository, "worktree", "list")).doesNotContain("agent-1");
        assertThat(on.git(on.repository, "branch", "--list", "infloop/*")).isEmpty();
        assertThat(on.data.resolve("worktrees")).isEmptyDirectory();
        assertThat(on.data.resolve("instances/server-1/git")).isEmptyDirectory();
        assertThat(on.auditTypes()).isEmpty();
    }

    @Test
    void whatWasChangedIsKeptOnABranch() throws Exception {
        Worktree tree = on.open("agent-1");
        Files.writeString(tree.root().resolve("a.txt"), "one\nmore\n");
        Files.writeString(tree.root().resolve("new ü\"x.txt"), "new\n");
        Files.writeString(tree.root().resolve("ignored.log"), "noise");
        Files.writeString(tree.root().resolve("wanted.log"), "staged although ignored\n");
        on.git(tree.root(), "add", "-f", "wanted.log");
        Files.delete(tree.root().resolve("sub/b.txt"));
        Files.delete(tree.root().resolve("sub"));
        Files.createSymbolicLink(tree.root().resolve("sub"), Path.of("/etc"));
        assertThat(tree.changes().orElseThrow().toString()).isEqualTo("{\"files\":5,\"insertions\":4,\"deletions\":1}");
        TreeRecord kept = on.settled();
        assertThat(kept.state()).isEqualTo(TreeState.PRESERVED);
        assertThat(kept.branch()).isEqualTo(tree.branch());
        assertThat(kept.base()).isEqualTo(tree.baseCommit());
        assertThat(kept.commit()).contains(on.commit(kept.branch()));
        assertThat(kept.changes().orElseThrow().number("files")).contains(5L);
        assertThat(on.show(kept.branch() + ":a.txt")).isEqualTo("one\nmore\n");
        assertThat(on.show(kept.branch() + ":new ü\"x.txt")).isEqualTo("new\n");
        assertThat(on.show(kept.branch() + ":wanted.log")).contains("staged");
        assertThat(on.show(kept.branch() + ":sub")).isEqualTo("/etc");
        assertThat(on.git(on.repository, "ls-tree", "-r", "--name-only", kept.branch()))
                .doesNotContain("ignored");
        assertThat(on.git(on.repository, "log", "-1", "--format=%an <%ae>%n%B", kept.branch()))
                .startsWith("Infinite Loop <infloop@localhost>\nWork of node agent-1")
                .contains("Infloop-Run: " + Repositories.RUN);
        assertThat(tree.root()).doesNotExist();
        assertThat(on.git(on.repository, "status", "--porcelain")).isEmpty();
        assertThat(on.git(on.repository, "fsck", "--no-dangling")).doesNotContain("error");
        assertThat(on.auditTypes()).containsExactly("worktree.preserved");
        assertThat(on.worktrees.of("flow", Repositories.RUN)).containsExactly(kept);
        assertThat(on.worktrees.of("other", Repositories.RUN)).isEmpty();
        assertThat(on.worktrees.settle(Repositories.RUN)).containsExactly(kept);
    }

    @Test
    void commitsOfTheAgentAreKeptAlsoThoseOfItsOwnBranch() throws Exception {
        Worktree detached = on.open("agent-1");
        Files.writeString(detached.root().resolve("a.txt"), "committed\n");
        on.git(detached.root(), "commit", "-q", "-am", "by the agent");
        Worktree branched = on.open("agent-2");
        on.git(branched.root(), "checkout", "-q", "-b", "topic");
        on.git(branched.root(), "commit", "-q", "--allow-empty", "-m", "empty");
        Files.writeString(branched.root().resolve("a.txt"), "not committed\n");
        List<TreeRecord> kept = on.worktrees.settle(Repositories.RUN);
        assertThat(kept).extracting(TreeRecord::state).containsOnly(TreeState.PRESERVED);
        assertThat(on.git(on.repository, "log", "--format=%s", "infloop/12345678/agent-1"))
                .isEqualTo("by the agent\nfirst\n");
        assertThat(on.git(on.repository, "log", "--format=%s", "infloop/12345678/agent-2"))
                .isEqualTo("Work of node agent-2\nempty\nfirst\n");
        assertThat(on.git(on.repository, "log", "--format=%s", "topic")).isEqualTo("empty\nfirst\n");
    }

    @Test
    void aBranchOfThatNameIsNotTouched() throws Exception {
        Worktree tree = on.open("agent-1");
        on.git(on.repository, "branch", tree.branch());
        Files.writeString(tree.root().resolve("a.txt"), "x\n");
        TreeRecord kept = on.settled();
        assertThat(kept.branch()).isEqualTo(tree.branch() + "-2");
        assertThat(on.commit(tree.branch())).isEqualTo(tree.baseCommit());
    }

    @Test
    void whatACommitCannotHoldStaysWhereItIs() throws Exception {
        Worktree tree = on.open("agent-1");
        Path inner = Files.createDirectories(tree.root().resolve("inner"));
        on.git(inner, "init", "-q");
        Files.writeString(inner.resolve("work.txt"), "unsaved");
        TreeRecord left = on.settled();
        assertThat(left.state()).isEqualTo(TreeState.LEFT);
        assertThat(left.reason().orElseThrow()).contains("a repository of its own, inner/");
        assertThat(inner.resolve("work.txt")).exists();
        on.discard(left);
        assertThat(tree.root()).doesNotExist();
        assertThat(on.git(on.repository, "worktree", "list").lines()).hasSize(1);
    }

    @Test
    void aTreeWhoseCommitFailsStaysWhereItIs() throws Exception {
        Worktree tree = on.open("agent-1");
        Files.writeString(tree.root().resolve("a.txt"), "precious\n");
        Path head = on.repository.resolve(".git/worktrees/" + tree.root().getFileName() + "/HEAD");
        Files.writeString(head, "0123456789012345678901234567890123456789\n");
        TreeRecord left = on.settled();
        assertThat(left.state()).isEqualTo(TreeState.LEFT);
        assertThat(left.reason().orElseThrow()).contains("HEAD");
        assertThat(tree.root().resolve("a.txt")).hasContent("precious\n");
        assertThat(on.audit.get(0).outcome()).hasToString("ERROR");
    }

    @Test
    void aServerThatStopsLeavesTheTreeToTheNextOne() throws Exception {
        Worktree tree = on.open("agent-1");
        Files.writeString(tree.root().resolve("a.txt"), "precious\n");
        on.launcher.refused = command -> command.contains("commit-tree");
        assertThat(on.settled().state()).isEqualTo(TreeState.ACTIVE);
        on.launcher.refused = command -> false;
        GitWorktrees next = on.server("server-2");
        next.settleAbandoned(id -> false);
        assertThat(tree.root()).exists();
        next.settleAbandoned(id -> id.equals("server-1"));
        assertThat(tree.root()).doesNotExist();
        assertThat(on.show("infloop/12345678/agent-1:a.txt")).isEqualTo("precious\n");
        assertThat(next.of("flow", Repositories.RUN).get(0).state()).isEqualTo(TreeState.PRESERVED);
    }

    @Test
    void aTreeThatWasNeverCompleteIsRemovedByTheNextServer() throws Exception {
        Path half = on.repository.resolve(".infloop-worktrees/12345678-agent-1-abcdef");
        on.git(on.repository, "worktree", "add", "-q", "--detach", half.toString());
        on.git(
                on.repository,
                "worktree",
                "add",
                "-q",
                "--detach",
                on.base.resolve("mine").toString());
        on.worktrees.update(
                new TreeOwner(Repositories.RUN, "flow", Repositories.CORRELATION, "agent-1"),
                trees -> trees.with(new TreeRecord(
                        "agent-1",
                        "agent-1",
                        TreeKind.WORKTREE,
                        TreeState.ACTIVE,
                        on.repository,
                        on.repository.resolve(".git"),
                        half,
                        Optional.empty(),
                        "HEAD",
                        "abc",
                        "infloop/12345678/agent-1",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        1)));
        on.server("server-2").settleAbandoned(id -> true);
        assertThat(half).doesNotExist();
        assertThat(on.git(on.repository, "worktree", "list"))
                .contains(on.base.resolve("mine").toString())
                .doesNotContain("agent-1");
        assertThat(on.data.resolve("worktrees")).isEmptyDirectory();
    }

    @Test
    void somebodyElsesStaleWorktreeIsNotForgotten() throws Exception {
        Path away = on.base.resolve("away");
        on.git(on.repository, "worktree", "add", "-q", "--detach", away.toString());
        Files.move(away, on.base.resolve("unmounted"));
        on.open("agent-1");
        on.worktrees.settle(Repositories.RUN);
        assertThat(on.git(on.repository, "worktree", "list")).contains(away.toString());
    }

    @Test
    void aTreeThatCannotBeMadeLeavesNothing() throws Exception {
        on.launcher.refused = command -> command.contains("read-tree");
        assertThatThrownBy(() -> on.open("agent-1")).hasMessageContaining("shuts down");
        assertThat(on.repository.resolve(".git/worktrees")).doesNotExist();
        assertThat(on.repository.resolve(".infloop-worktrees")).isEmptyDirectory();
        assertThat(on.data.resolve("worktrees")).isEmptyDirectory();
    }
}
