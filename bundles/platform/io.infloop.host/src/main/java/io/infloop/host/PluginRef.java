package io.infloop.host;

/**
 * A plugin in one version.
 *
 * @param id the bundle's symbolic name, or {@code provider.<id>} / {@code webhook.<id>} for a manifest
 * @param version the bundle's version
 * @param shipped whether its code came with the distribution
 */
public record PluginRef(String id, String version, boolean shipped) {}
