package io.infloop.engine;

import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** Checks workflows, and knows what they declare. Thread-safe; an OSGi service of engine. */
public interface Workflows {
    /**
     * Checks a document for saving.
     *
     * @return errors, which block saving, and warnings, which a run may trip over; document order
     */
    List<Problem> check(JsonObject document);

    /** The inputs that a stored workflow declares, parsed once per version; empty if there is no such workflow. Does not block. */
    Optional<List<InputDeclaration>> inputs(String workflowId);

    /**
     * A finding.
     *
     * @param path where in the document, e.g. {@code nodes[2].config.prompt}
     */
    record Problem(Severity severity, String path, String message) {}

    /** How bad a finding is. */
    enum Severity {
        ERROR,
        WARNING
    }

    /**
     * An input a workflow declares.
     *
     * @param type {@code string}, {@code text}, {@code number} or {@code boolean}
     * @param defaultValue absent: required
     */
    record InputDeclaration(String name, String type, Optional<Object> defaultValue, Optional<String> description) {}
}
