/** Workflow documents as immutable graphs: parsed once per version, looked up by everybody else. */
package io.infloop.engine.internal.graph;
