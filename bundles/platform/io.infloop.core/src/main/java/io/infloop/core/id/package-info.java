/** Identifiers: how they are made and which are acceptable. */
@Export
@Version("1.0.0")
package io.infloop.core.id;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
