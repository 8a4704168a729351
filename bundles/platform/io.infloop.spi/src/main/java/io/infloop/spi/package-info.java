/** Types that every other package of the SPI shares: contributions, cancellation, registrations. */
@Export
@Version("1.0.0")
package io.infloop.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
