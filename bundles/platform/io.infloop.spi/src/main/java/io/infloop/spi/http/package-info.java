/** Call: HTTP requests to other servers, checked, bounded and audited by the server. */
@Export
@Version("1.0.0")
package io.infloop.spi.http;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
