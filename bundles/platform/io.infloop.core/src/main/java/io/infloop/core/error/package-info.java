/** The one list of error codes, and the exception that carries them between platform bundles. */
@Export
@Version("1.1.0")
package io.infloop.core.error;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
