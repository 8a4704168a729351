/** Implement: signature schemes, which decide whether a delivery is genuine. */
@Export
@Version("1.1.0")
package io.infloop.spi.signing;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
