/** Takes over the environment that the start script kept out of the JVM. */
package io.infloop.launcher.handover;
