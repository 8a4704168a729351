package io.infloop.workspace.internal.worktree;

import java.io.IOException;

/** What is in a tree cannot be put on a branch, so the tree has to stay. The message says why. */
final class TreeStaysException extends IOException {
    private static final long serialVersionUID = 1L;

    TreeStaysException(String message) {
        super(message);
    }
}
