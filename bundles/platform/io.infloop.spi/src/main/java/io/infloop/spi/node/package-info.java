/** Implement: node types, the steps of which workflows are made. */
@Export
@Version("1.1.0")
package io.infloop.spi.node;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
