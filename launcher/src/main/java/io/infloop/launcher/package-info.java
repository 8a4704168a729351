/** The entry point of the command line. */
package io.infloop.launcher;
