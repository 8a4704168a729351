/** Finds running servers and talks to them over their API. */
package io.infloop.launcher.client;
