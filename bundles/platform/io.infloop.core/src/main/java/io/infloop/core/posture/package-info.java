/** What the security of the server rests on. */
@Export
@Version("1.0.0")
package io.infloop.core.posture;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
