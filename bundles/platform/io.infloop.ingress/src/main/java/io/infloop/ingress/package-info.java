/** Firing triggers from inside of the server. */
@Export
@Version("1.0.0")
package io.infloop.ingress;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
