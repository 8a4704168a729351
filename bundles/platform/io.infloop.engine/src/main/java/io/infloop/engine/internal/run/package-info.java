/** The life of runs: start, settlement, history, recovery. */
package io.infloop.engine.internal.run;
