/** Call: the live output and the events of the node that is running. */
@Export
@Version("1.0.0")
package io.infloop.spi.journal;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
