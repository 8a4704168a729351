/** This server among those that share its data directory. */
@Export
@Version("1.0.0")
package io.infloop.core.instance;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
