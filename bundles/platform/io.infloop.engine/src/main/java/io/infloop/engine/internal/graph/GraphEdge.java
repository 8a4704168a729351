package io.infloop.engine.internal.graph;

/**
 * An edge of a workflow document.
 *
 * @param path where it stands in the document, e.g. {@code edges[3]}
 */
public record GraphEdge(String id, String source, String sourceHandle, String target, String path) {}
