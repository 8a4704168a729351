/** Starts the framework with the bundles of the feature files, and stops it. */
package io.infloop.launcher.boot;
