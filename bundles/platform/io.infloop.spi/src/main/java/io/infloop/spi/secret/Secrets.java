package io.infloop.spi.secret;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The secrets that the operator stored for the plugin that asks, and for no other: the file {@code <data>/secrets/plugins/<plugin
 * id>/<name>} holds one, readable by its owner only. The plugin's id is its symbolic name. Thread-safe; an OSGi service, refer to it
 * with {@code @Reference}.
 *
 * <p>What was read is taken out of logs, journals and answers of the server for as long as the plugin holds the service. The audit
 * shows which names were read.
 */
@ProviderType
public interface Secrets {
    /** What a name looks like. */
    String NAME = "[A-Za-z][A-Za-z0-9_-]{0,63}";

    /** Largest file of a secret. */
    int MAX_BYTES = 64 * 1024;

    /**
     * The secret as it is stored now. Reads a small file each time, so that a secret can be replaced while the plugin works: ask when
     * you need it and keep no copy.
     *
     * @param name as in {@link #NAME}
     * @return empty if none is stored under this name
     * @throws SecretException if it is stored and cannot be used: open to others, a link, too large, empty, not UTF-8
     * @throws IllegalArgumentException if the name is none
     */
    Optional<Secret> find(String name) throws SecretException;

    /**
     * A secret without which the plugin cannot work.
     *
     * @throws SecretException as {@link #find}, and if none is stored; the message says where to put it
     */
    Secret require(String name) throws SecretException;
}
