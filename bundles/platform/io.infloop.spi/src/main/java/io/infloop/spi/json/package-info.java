/** JSON values as plain JDK types, with a strict parser and writer so that a plugin needs no JSON library. */
@Export
@Version("1.1.0")
package io.infloop.spi.json;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
