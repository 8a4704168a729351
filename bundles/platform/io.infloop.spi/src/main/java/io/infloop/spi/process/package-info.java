/** Call: child processes, started, bounded and stopped by the server. */
@Export
@Version("1.1.0")
package io.infloop.spi.process;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
