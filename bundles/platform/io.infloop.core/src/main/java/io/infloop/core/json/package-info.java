/** Jackson, configured once for the platform. */
@Export
@Version("1.0.0")
package io.infloop.core.json;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
