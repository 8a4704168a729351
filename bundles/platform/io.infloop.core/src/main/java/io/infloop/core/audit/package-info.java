/** The audit log: one line per event, never a secret in it. */
@Export
@Version("1.2.0")
package io.infloop.core.audit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
