/** The demonstration: a real server, a signed delivery, and a plugin that comes, changes and goes while the server works. */
package io.infloop.launcher.demo;
