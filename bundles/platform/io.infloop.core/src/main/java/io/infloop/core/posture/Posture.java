package io.infloop.core.posture;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** What the server's security rests on. Thread-safe; an OSGi service of core. */
@ProviderType
public interface Posture {
    /** Settings that matter to security first, then what the parts of the server say. */
    List<PostureLine> lines();

    /** Every setting: name, value (never a secret), default, where it comes from, safe value, advice. */
    List<Map<String, Object>> settings();

    /** What was wrong with the configuration at start, one sentence each. */
    List<String> warnings();

    /** The subjects of the lines that are weakened. */
    default List<String> weakened() {
        return lines().stream()
                .filter(line -> !line.isSafe())
                .map(PostureLine::subject)
                .toList();
    }
}
