/** What happens, for everybody who watches: runs, queue, plugins. */
@Export
@Version("1.1.0")
package io.infloop.core.event;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
