/** Placeholders and predicates, as in node fields, trigger mappings and branches. */
@Export
@Version("1.0.0")
package io.infloop.engine.template;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
