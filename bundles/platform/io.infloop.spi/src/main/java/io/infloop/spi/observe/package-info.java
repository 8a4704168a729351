/** Observe: services without methods whose presence says how the server is doing. */
@Export
@Version("1.0.0")
package io.infloop.spi.observe;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
