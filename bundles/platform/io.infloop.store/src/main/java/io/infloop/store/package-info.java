/** Contracts of the stores: deliveries, queue, runs and leases as records; workflows and triggers as files. */
@Export
@Version("1.0.0")
package io.infloop.store;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
