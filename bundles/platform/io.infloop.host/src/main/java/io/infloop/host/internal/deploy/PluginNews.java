package io.infloop.host.internal.deploy;

import io.infloop.host.PluginInfo;
import java.util.Optional;

/** Is told what becomes of plugins. */
public interface PluginNews {
    /** A plugin entered its state. */
    void changed(PluginInfo plugin);

    /** A plugin of the operator serves; {@code previous} is the version it replaced. */
    void serves(PluginInfo plugin, Optional<String> previous);

    void failed(PluginInfo plugin);

    /** A plugin of the operator serves no more. */
    void removed(PluginInfo plugin);
}
