/** Internet addresses and blocks of them, read without asking a name server. */
@Export
@Version("1.0.0")
package io.infloop.core.net;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
