/** Call: the directories in which agents and scripts may work. */
@Export
@Version("1.2.0")
package io.infloop.spi.workspace;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
