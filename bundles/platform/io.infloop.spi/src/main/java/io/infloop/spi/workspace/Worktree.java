package io.infloop.spi.workspace;

import io.infloop.spi.json.JsonObject;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A git worktree made for a node. Thread-safe. */
@ProviderType
public interface Worktree {
    /** Its top directory. */
    Path root();

    /** The directory in it that corresponds to the one it was asked for. */
    Path directory();

    /** The commit it started from. */
    String baseCommit();

    /** The branch on which changes will be kept when the run ends, unless somebody makes a branch of that name first. */
    String branch();

    /**
     * How it differs from {@link #baseCommit()} now, committed or not: {@code files}, {@code insertions}, {@code deletions}. Runs git.
     * Empty if that cannot be said.
     */
    Optional<JsonObject> changes() throws InterruptedException;
}
