package io.infloop.workspace.internal.git;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository on disk, found by git and read as data. Canonical paths.
 *
 * @param root top directory of its working tree
 * @param gitDirectory of this working tree: HEAD and index
 * @param commonDirectory objects, branches and configuration
 */
public record GitRepository(Path root, Path gitDirectory, Path commonDirectory) {
    private static final int MAX_CONFIG_BYTES = 512 * 1024;
    /** A commit, sha-1 or sha-256. */
    public static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?");

    private static final Pattern HEAD = Pattern.compile("ref: refs/[^\\s\\x00-\\x1f\\x7f~^:?*\\[\\\\]{1,500}");

    /** @throws IOException "not a git repository: …" */
    public static GitRepository around(Git git, Path directory) throws IOException, InterruptedException {
        List<String> lines;
        try {
            lines = git.command(
                            "-C",
                            directory.toString(),
                            "rev-parse",
                            "--path-format=absolute",
                            "--show-toplevel",
                            "--git-dir",
                            "--git-common-dir")
                    .run()
                    .lines()
                    .toList();
        } catch (GitException none) {
            if (none.wasStopped()) {
                throw none;
            }
            throw new IOException("not a git repository: " + directory + " (" + none.getMessage() + ")", none);
        }
        if (lines.size() != 3) {
            throw new IOException("not a git repository: " + directory + " (its path cannot be read)");
        }
        GitRepository found = new GitRepository(
                Path.of(lines.get(0)).toRealPath(),
                Path.of(lines.get(1)).toRealPath(),
                Path.of(lines.get(2)).toRealPath());
        if (!directory.toRealPath().startsWith(found.root())) {
            throw new IOException("not a git repository: " + directory
                    + " (its configuration says that its files are in " + found.root() + "; use that directory)");
        }
        return found;
    }

    /** The content of this working tree's HEAD, checked. */
    public String head() throws IOException {
        return head(gitDirectory);
    }

    /** @param directory holds a HEAD */
    public static String head(Path directory) throws IOException {
        String head = PlainFiles.read(directory.resolve("HEAD"), 1024)
                .map(String::strip)
                .orElseThrow(() -> new IOException("its HEAD cannot be read"));
        if (!COMMIT.matcher(head).matches() && (!HEAD.matcher(head).matches() || head.contains(".."))) {
            throw new IOException("its HEAD is not one of git's");
        }
        return head;
    }

    /** What the repository's own configuration says that is needed to read its files; none of it names a program. */
    RepositoryFormat format(Git git) throws IOException, InterruptedException {
        return RepositoryFormat.read(git, commonDirectory.resolve("config"));
    }

    /**
     * Settings of a repository that are mere data.
     *
     * @param lines sections for a configuration file
     * @param sparse whether only a part of the files is checked out
     */
    record RepositoryFormat(String lines, boolean sparse) {
        private static final List<String> DATA = List.of(
                "core.filemode",
                "core.ignorecase",
                "core.symlinks",
                "core.precomposeunicode",
                "core.autocrlf",
                "core.eol");
        private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9]{1,20}");
        private static final Pattern ENTRY = Pattern.compile("([^\\n]+)(?:\\n(.*))?", Pattern.DOTALL);

        static RepositoryFormat read(Git git, Path config) throws IOException, InterruptedException {
            if (PlainFiles.read(config, MAX_CONFIG_BYTES).isEmpty()) {
                throw new IOException("its configuration is missing, a link or too large");
            }
            StringBuilder core = new StringBuilder("[core]\n\tbare = false\n\tlogAllRefUpdates = false\n");
            boolean sha256 = false;
            boolean sparse = false;
            // With --file nothing is included, and nothing is interpreted.
            String listed = git.command("config", "--file", config.toString(), "--list", "-z")
                    .run();
            for (String entry : listed.split("\0", -1)) {
                Matcher parts = ENTRY.matcher(entry);
                if (!parts.matches()) {
                    continue;
                }
                String key = parts.group(1);
                String value = Optional.ofNullable(parts.group(2)).orElse("true");
                if (DATA.contains(key) && VALUE.matcher(value).matches()) {
                    core.append('\t')
                            .append(key.substring("core.".length()))
                            .append(" = ")
                            .append(value)
                            .append('\n');
                } else if (key.equals("core.sparsecheckout")) {
                    sparse = !value.equals("false");
                } else if (key.equals("extensions.objectformat")) {
                    sha256 = value.equals("sha256");
                } else if (key.equals("extensions.refstorage") && !value.equals("files")) {
                    throw new IOException("it keeps its branches in the format \"" + value
                            + "\", which worktrees of this server do not know; use \"files\"");
                }
            }
            core.append("\trepositoryformatversion = ").append(sha256 ? 1 : 0).append('\n');
            if (sha256) {
                core.append("[extensions]\n\tobjectFormat = sha256\n");
            }
            return new RepositoryFormat(core.toString(), sparse);
        }
    }

    public boolean isSparse(Git git) throws IOException, InterruptedException {
        return format(git).sparse() || PlainFiles.exists(gitDirectory.resolve("info/sparse-checkout"));
    }
}
