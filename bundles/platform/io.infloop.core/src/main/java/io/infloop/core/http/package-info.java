/** What the door in front of every path found out about a request, and answers in the shape of the API. */
@Export
@Version("1.2.0")
package io.infloop.core.http;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
