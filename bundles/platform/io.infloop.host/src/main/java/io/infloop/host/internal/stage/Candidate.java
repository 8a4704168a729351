package io.infloop.host.internal.stage;

import io.infloop.host.internal.registry.Origin;
import java.nio.file.Path;
import org.osgi.framework.Version;

/**
 * A file that can become a plugin: checked, and copied to where nobody changes it.
 *
 * @param id the plugin's id
 * @param sha256 of the file
 * @param bundle the private copy that was checked and is installed
 * @param file where the operator put it
 */
public record Candidate(String id, Version version, Origin origin, String sha256, Path bundle, Path file) {}
