/** The commands, their options, their output and their exit codes. */
package io.infloop.launcher.cli;
