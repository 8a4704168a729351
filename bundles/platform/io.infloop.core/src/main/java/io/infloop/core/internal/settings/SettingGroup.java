package io.infloop.core.internal.settings;

/** A chapter of the list of settings. */
public enum SettingGroup {
    LISTENING("Where it listens"),
    PLACES("Where things are"),
    LIMITS("Limits"),
    BUDGETS("Budgets"),
    CONTAINMENT("Containment of executed code"),
    AUDIT("Audit log"),
    PROGRAMS("Programs"),
    JVM("The JVM");

    private final String title;

    SettingGroup(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
