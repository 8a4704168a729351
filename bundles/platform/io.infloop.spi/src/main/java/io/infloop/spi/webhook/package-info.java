/** Implement: webhook sources, the services that send events. */
@Export
@Version("1.1.0")
package io.infloop.spi.webhook;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
