package io.infloop.host;

import java.util.List;
import java.util.Optional;

/**
 * A plugin as administrators see it.
 *
 * @param id as in {@link PluginRef}
 * @param version empty for a file that could not be read
 * @param state what became of it
 * @param origin {@code shipped}, or the file
 * @param contributions what it offers, as {@code kind:id}
 * @param reason one sentence with the fix; empty for a plugin that serves in full
 * @param since when it entered this state, epoch milliseconds
 */
public record PluginInfo(
        String id,
        String version,
        PluginState state,
        String origin,
        List<String> contributions,
        Optional<String> reason,
        long since) {}
