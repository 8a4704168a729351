/** What every implementation of the store contracts must do, as tests to extend. */
@Export
@Version("1.0.0")
package io.infloop.testkit.store;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
