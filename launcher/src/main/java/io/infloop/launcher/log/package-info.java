/** What the log needs beyond its library. */
package io.infloop.launcher.log;
