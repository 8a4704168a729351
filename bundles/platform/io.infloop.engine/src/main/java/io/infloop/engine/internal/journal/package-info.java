/** The files of runs: journals, markers of active runs, and records read back from them. */
package io.infloop.engine.internal.journal;
