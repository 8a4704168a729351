/** Child processes of runs: launchers bound to the node they work for. */
@Export
@Version("1.3.0")
package io.infloop.core.process;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
