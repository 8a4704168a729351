/** Inputs of a run, resolved against what a workflow declares. */
@Export
@Version("1.0.0")
package io.infloop.engine.input;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
