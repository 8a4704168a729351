/** The server's settings, read once at start from what the launcher handed over. */
@Export
@Version("1.0.0")
package io.infloop.core.settings;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
