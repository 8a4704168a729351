/** How commands end. */
package io.infloop.launcher.exit;
