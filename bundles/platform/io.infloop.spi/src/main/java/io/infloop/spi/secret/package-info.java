/** Call: the secrets that the operator stored for a plugin. */
@Export
@Version("1.0.0")
package io.infloop.spi.secret;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
