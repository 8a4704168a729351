/** Runs of workflows: start, stop, look at them; check workflows. */
@Export
@Version("1.0.0")
package io.infloop.engine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
