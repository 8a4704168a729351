/** What plugins contribute at this moment, and the plugins themselves. */
@Export
@Version("1.2.0")
package io.infloop.host;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
