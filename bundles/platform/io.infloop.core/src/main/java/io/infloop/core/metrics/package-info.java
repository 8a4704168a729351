/** What the server counts. */
@Export
@Version("1.0.0")
package io.infloop.core.metrics;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
