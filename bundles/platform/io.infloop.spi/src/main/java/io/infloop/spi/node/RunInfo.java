package io.infloop.spi.node;

import java.time.Instant;

/**
 * The run a node executes in.
 *
 * @param runId UUID
 * @param workflowId the workflow that was started, not a subworkflow
 * @param correlationId {@code cid_…}, the same on every event, journal line and audit line of this run
 */
public record RunInfo(String runId, String workflowId, String correlationId, Instant startedAt) {}
