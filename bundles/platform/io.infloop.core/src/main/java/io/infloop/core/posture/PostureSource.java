package io.infloop.core.posture;

import java.util.List;

/**
 * Knows a part of the posture beyond the settings. A platform bundle that has something to say registers one as an OSGi service;
 * those of plugins are not asked.
 */
@FunctionalInterface
public interface PostureSource {
    /** As it is now. Quick: no files are read and nothing is started. Called from any thread. */
    List<PostureLine> posture();
}
