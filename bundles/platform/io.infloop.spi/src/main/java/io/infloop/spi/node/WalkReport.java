package io.infloop.spi.node;

import io.infloop.spi.json.JsonObject;

/**
 * The end of a walk.
 *
 * @param result how it ended
 * @param scope what it wrote: for a forked walk the outputs of the nodes it executed, by node id; for a subworkflow its final
 *     scope; empty for a walk that shares the surrounding scope
 */
public record WalkReport(WalkResult result, JsonObject scope) {}
