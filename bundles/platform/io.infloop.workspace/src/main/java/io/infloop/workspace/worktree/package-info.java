/** The worktrees of runs: made for nodes, settled when the run ends, decided upon by people afterwards. */
@Export
@Version("1.1.0")
package io.infloop.workspace.worktree;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
