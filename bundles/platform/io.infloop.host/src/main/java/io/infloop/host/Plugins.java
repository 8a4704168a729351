package io.infloop.host;

import java.util.List;

/** The plugins of this server. Thread-safe; an OSGi service of host. */
public interface Plugins {
    /** All plugins, shipped ones first, then by id; files that were refused are among them. */
    List<PluginInfo> list();

    /** True once everything that ships has been started and every file that was there at start is either serving or refused. */
    boolean isSettled();
}
