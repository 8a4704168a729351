/** Files written so that readers see the old or the new content, and nobody else sees any. */
@Export
@Version("1.1.0")
package io.infloop.core.file;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
