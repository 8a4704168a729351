package io.infloop.workspace.internal.worktree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.error.InfloopException;
import io.infloop.spi.workspace.Worktree;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent can write must not make the server's git run anything. Each attack is shown to work on git as people run it. */
class HostileTreesTest {
    @TempDir
    Path temporary;

    private Repositories on;
    private Path trap;

    @BeforeEach
    void setUp() throws Exception {
        on = new Repositories(temporary);
        trap = on.trap();
    }

    private void assertAttackWorks(Path directory, String... command) throws IOException, InterruptedException {
        assertThat(on.canary).doesNotExist();
        on.tryGit(directory, command);
        assertThat(on.canary).as("the attack itself").exists();
        Files.delete(on.canary);
    }

    private void setting(Path config, String key, String value) throws IOException, InterruptedException {
        on.git(on.base, "config", "--file", config.toString(), key, value);
    }

    private Path config() {
        return on.repository.resolve(".git/config");
    }

    /** Everything that a configuration can name a program by, and that some command of ours could look at. */
    private void poison(Path config) throws IOException, InterruptedException {
        String program = trap.toString();
        Path hooks = Files.createDirectories(on.base.resolve("hooks"));
        for (String hook : new String[] {
            "post-checkout",
            "reference-transaction",
            "post-index-change",
            "pre-commit",
            "post-commit",
            "post-merge",
            "fsmonitor-watchman",
            "pre-auto-gc",
            "post-rewrite",
            "update",
            "proc-receive"
        }) {
            Files.copy(trap, hooks.resolve(hook), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        setting(config, "core.fsmonitor", program);
        setting(config, "core.hooksPath", hooks.toString());
        setting(config, "core.sshCommand", program);
        setting(config, "core.editor", program);
        setting(config, "core.pager", program);
        setting(config, "pager.worktree", program);
        setting(config, "pager.config", program);
        setting(config, "core.alternateRefsCommand", program);
        setting(config, "credential.helper", program);
        setting(config, "commit.gpgSign", "true");
        setting(config, "gpg.program", program);
        setting(config, "diff.external", program);
        setting(config, "diff.x.command", program);
        setting(config, "diff.x.textconv", program);
        setting(config, "filter.x.clean", program);
        setting(config, "filter.x.smudge", program);
        setting(config, "filter.x.process", program);
        setting(config, "filter.x.required", "true");
        setting(config, "merge.x.driver", program + " %O %A %B");
        setting(config, "alias.rev-parse", "!" + program);
        setting(config, "alias.write-tree", "!" + program);
        setting(config, "uploadpack.packObjectsHook", program);
        setting(config, "remote.origin.url", "ext::" + program);
        setting(config, "remote.origin.uploadpack", program);
        setting(config, "remote.origin.promisor", "true");
        setting(config, "protocol.ext.allow", "always");
        setting(config, "trace2.eventTarget", on.canary.toString());
    }

    private void attributes(Path info) throws IOException {
        Files.createDirectories(info);
        Files.writeString(info.resolve("attributes"), "* filter=x diff=x merge=x\n");
    }

    @Test
    void aMonitorInTheConfiguration() throws Exception {
        Worktree tree = on.open("agent-1");
        setting(config(), "core.fsmonitor", trap.toString());
        Files.writeString(tree.root().resolve("a.txt"), "changed\n");
        assertAttackWorks(tree.root(), "status");
        assertPreserved();
    }

    @Test
    void aRepositoryInPlaceOfTheFileGit() throws Exception {
        Worktree tree = on.open("agent-1");
        Files.delete(tree.root().resolve(".git"));
        on.git(tree.root(), "init", "-q");
        on.git(tree.root(), "config", "core.fsmonitor", trap.toString());
        Files.writeString(tree.root().resolve("a.txt"), "changed\n");
        assertAttackWorks(tree.root(), "status");
        assertLeft(tree);
    }

    @Test
    void aCommonDirectoryElsewhere() throws Exception {
        Worktree tree = on.open("agent-1");
        Path evil = on.base.resolve("evil");
        on.git(on.base, "clone", "-q", "--bare", on.repository.toString(), evil.toString());
        poison(evil.resolve("config"));
        Path administration =
                on.repository.resolve(".git/worktrees/" + tree.root().getFileName());
        Files.writeString(administration.resolve("commondir"), evil + "\n");
        assertAttackWorks(tree.root(), "status");
        assertLeft(tree);
        // Deciding about it does not run git on it either.
        TreeRecord left = on.worktrees.of("flow", Repositories.RUN).get(0);
        assertThatThrownBy(() -> on.apply(left)).isInstanceOf(InfloopException.class);
        on.discard(left);
        assertThat(tree.root()).doesNotExist();
        assertThat(on.canary).doesNotExist();
    }

    @Test
    void aFilterForFilesOfTheTree() throws Exception {
        Worktree tree = on.open("agent-1");
        setting(config(), "filter.x.clean", trap.toString());
        setting(config(), "filter.x.smudge", trap.toString());
        Files.writeString(tree.root().resolve(".gitattributes"), "* filter=x\n");
        Files.writeString(tree.root().resolve("a.txt"), "changed\n");
        assertAttackWorks(tree.root(), "add", "-A");
        assertPreserved();
    }

    @Test
    void everythingAConfigurationCanNameDuringAWholeLife() throws Exception {
        poison(config());
        Path included = on.base.resolve("included");
        poison(included);
        setting(config(), "include.path", included.toString());
        attributes(on.repository.resolve(".git/info"));
        assertAttackWorks(on.repository, "status");
        assertAttackWorks(
                on.repository,
                "worktree",
                "add",
                "-q",
                "--detach",
                on.base.resolve("theirs").toString());
        Worktree tree = on.open("agent-1");
        assertThat(on.canary).doesNotExist();
        Files.writeString(tree.root().resolve("a.txt"), "changed\n");
        Files.writeString(tree.root().resolve("new.txt"), "new\n");
        Files.writeString(tree.root().resolve(".gitattributes"), "* filter=x diff=x merge=x\n");
        assertThat(tree.changes()).isPresent();
        TreeRecord kept = assertPreserved();
        // Both sides change the same file, so that a merge driver would be asked.
        Files.writeString(on.repository.resolve("sub/b.txt"), "theirs\n");
        on.tryGit(
                on.repository,
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "filter.x.clean=",
                "-c",
                "filter.x.process=",
                "-c",
                "filter.x.required=false",
                "-c",
                "commit.gpgSign=false",
                "commit",
                "-qam",
                "theirs");
        Files.deleteIfExists(on.canary);
        on.apply(kept);
        assertThat(on.repository.resolve("new.txt")).hasContent("new\n");
        on.discard(kept);
        assertThat(on.canary).doesNotExist();
    }

    @Test
    void aRepositoryInsideOfTheTree() throws Exception {
        Path library = Files.createDirectories(on.base.resolve("library"));
        on.git(library, "init", "-q", "-b", "main");
        on.git(library, "commit", "-q", "--allow-empty", "-m", "first");
        on.git(on.repository, "submodule", "--quiet", "add", library.toString(), "lib");
        on.git(on.repository, "commit", "-q", "-m", "library");
        Worktree tree = on.open("agent-1");
        Path inner = tree.root().resolve("lib");
        on.git(inner, "init", "-q");
        on.git(inner, "commit", "-q", "--allow-empty", "-m", "inner");
        on.git(inner, "config", "core.fsmonitor", trap.toString());
        Files.writeString(inner.resolve("unsaved"), "work");
        assertAttackWorks(tree.root(), "status");
        TreeRecord left = on.settled();
        assertThat(left.state()).isEqualTo(TreeState.LEFT);
        assertThat(inner.resolve("unsaved")).exists();
        assertThat(on.canary).doesNotExist();
    }

    @Test
    void aTreeThatBecameALink() throws Exception {
        Worktree tree = on.open("agent-1");
        Path elsewhere = Files.createDirectories(on.base.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("precious"), "x");
        Path moved = on.base.resolve("moved");
        Files.move(tree.root(), moved);
        Files.createSymbolicLink(tree.root(), elsewhere);
        TreeRecord left = on.settled();
        assertThat(left.state()).isEqualTo(TreeState.LEFT);
        assertThatThrownBy(() -> on.discard(left)).isInstanceOf(InfloopException.class);
        assertThat(elsewhere.resolve("precious")).exists();
    }

    @Test
    void anExcludeFileThatLeadsElsewhere() throws Exception {
        Path profile = Files.writeString(on.base.resolve("profile"), "# mine\n");
        Path exclude = on.repository.resolve(".git/info/exclude");
        Files.deleteIfExists(exclude);
        Files.createSymbolicLink(exclude, profile);
        assertThatThrownBy(() -> on.open("agent-1")).hasMessageContaining("is not a plain file");
        assertThat(profile).hasContent("# mine\n");
    }

    @Test
    void aFileGitThatNamesARepositoryOutsideOfTheRoots() throws Exception {
        Path inside = Files.createDirectories(on.base.resolve("root/project"));
        Files.writeString(inside.resolve(".git"), "gitdir: " + on.repository.resolve(".git") + "\n");
        on.roots = java.util.List.of(on.base.resolve("root"));
        assertThatThrownBy(() -> on.node("n").open(inside, Optional.empty()))
                .hasMessageContaining("beyond the workspace roots");
        assertThat(on.repository.resolve(".git/worktrees")).doesNotExist();
    }

    /** There children see nothing but their own tree. */
    @Test
    void aRepositoryInTheDataDirectoryIsClonedAndNotLinked() throws Exception {
        Path inside = on.data.resolve("workspaces/repo");
        Files.createDirectories(inside.getParent());
        on.git(on.base, "clone", "-q", on.repository.toString(), inside.toString());
        Worktree tree = on.node("agent-1").open(inside, Optional.empty());
        assertThat(tree.root().resolve(".git")).isDirectory();
        assertThat(on.git(tree.root(), "status", "--porcelain")).isEmpty();
    }

    @Test
    void whatIsAnotherUsersForTheTimeIsTakenBackBeforeItIsReadOrKept() throws Exception {
        Worktree tree = on.node("agent-1", TreeKind.GIVEN).open(on.repository, Optional.empty());
        assertThat(on.hands).containsExactly("take", "give");
        assertThat(Files.getPosixFilePermissions(tree.root().getParent()))
                .contains(java.nio.file.attribute.PosixFilePermission.OTHERS_EXECUTE);
        Files.writeString(tree.root().resolve("a.txt"), "changed\n");
        on.hands.clear();
        assertThat(tree.changes()).isPresent();
        on.node("agent-1", TreeKind.GIVEN).open(on.repository, Optional.empty());
        assertThat(on.hands).containsExactly("take", "take", "give");
        on.hands.clear();
        TreeRecord kept = on.settled();
        assertThat(on.hands).containsExactly("take");
        assertThat(on.show(kept.branch() + ":a.txt")).isEqualTo("changed\n");
    }

    /** Whoever still holds it could lead git elsewhere. */
    @Test
    void aTreeThatCannotBeTakenBackStaysAndGitIsNotRunOnIt() throws Exception {
        Worktree tree = on.node("agent-1", TreeKind.GIVEN).open(on.repository, Optional.empty());
        Files.writeString(tree.root().resolve("a.txt"), "changed\n");
        on.keepsHold = true;
        assertThat(on.settled().state()).isEqualTo(TreeState.LEFT);
        assertThat(tree.root().resolve("a.txt")).hasContent("changed");
    }

    @Test
    void aCloneThatIsFetchedBack() throws Exception {
        Worktree tree = on.node("agent-1", TreeKind.CLONE).open(on.repository.resolve("sub"), Optional.empty());
        assertThat(tree.directory()).isEqualTo(tree.root().resolve("sub"));
        assertThat(on.git(tree.root(), "status", "--porcelain")).isEmpty();
        assertThat(Files.readString(tree.root().resolve(".git/config")))
                .doesNotContain(on.data.toString())
                .doesNotContain("remote");
        assertThat(tree.root().resolve(".git/objects/info/alternates")).doesNotExist();
        Files.writeString(tree.root().resolve("a.txt"), "committed\n");
        on.git(tree.root(), "commit", "-qam", "by the agent");
        Files.writeString(tree.root().resolve("new.txt"), "new\n");
        poison(tree.root().resolve(".git/config"));
        attributes(tree.root().resolve(".git/info"));
        Files.writeString(tree.root().resolve(".gitattributes"), "* filter=x\n", StandardOpenOption.CREATE);
        assertAttackWorks(tree.root(), "status");
        TreeRecord kept = assertPreserved();
        assertThat(on.git(on.repository, "log", "--format=%s", kept.branch()))
                .isEqualTo("Work of node agent-1\nby the agent\nfirst\n");
        assertThat(on.show(kept.branch() + ":new.txt")).isEqualTo("new\n");
    }

    @Test
    void aCloneThatBorrowsObjectsOfAnotherRepository() throws Exception {
        Worktree tree = on.node("agent-1", TreeKind.CLONE).open(on.repository, Optional.empty());
        Files.writeString(tree.root().resolve(".git/objects/info/alternates"), on.base.resolve("secret") + "\n");
        assertLeft(tree);
    }

    private TreeRecord assertPreserved() throws Exception {
        TreeRecord kept = on.settled();
        assertThat(on.canary).doesNotExist();
        assertThat(kept.state()).as(kept.reason().orElse("")).isEqualTo(TreeState.PRESERVED);
        assertThat(on.repository.resolve(".infloop-worktrees")).isEmptyDirectory();
        return kept;
    }

    private void assertLeft(Worktree tree) throws Exception {
        TreeRecord left = on.settled();
        assertThat(on.canary).doesNotExist();
        assertThat(left.state()).isEqualTo(TreeState.LEFT);
        assertThat(tree.root()).exists();
    }
}
