/** For plugin authors: contract suites every contribution must pass, and fakes of what the server gives to a plugin. */
@Export
@Version("1.0.0")
package io.infloop.testkit.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
