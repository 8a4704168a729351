/** Implement: agent providers, the transports that run them and the parsers that read their output. */
@Export
@Version("1.1.0")
package io.infloop.spi.provider;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
