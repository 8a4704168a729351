package io.infloop.workspace.worktree;

/** How a tree hangs together with its repository. */
public enum TreeKind {
    /** A linked worktree: whoever works in it can also write to the repository itself. */
    WORKTREE,
    /** A repository of its own without any way back; the server fetches the result. For children that are kept in a jail. */
    CLONE,
    /** As {@link #CLONE}, and while a child works in it, it belongs to the user as whom children run. */
    GIVEN
}
