package io.infloop.workspace.worktree;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What has become of a tree. */
public enum TreeState {
    /** Its run goes on. */
    ACTIVE,
    /** Nothing was changed; it is removed. */
    CLEAN,
    /** Its changes are on a branch; it is removed. */
    PRESERVED,
    /** It could not be put on a branch and is where it was. */
    LEFT,
    /** Its branch was merged into the working tree of the repository. */
    APPLIED,
    /** Somebody did not want it. */
    DISCARDED;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<TreeState> of(String text) {
        return Arrays.stream(values())
                .filter(state -> state.text().equals(text))
                .findFirst();
    }
}
