package io.infloop.core.internal.settings;

/** Where the value of a setting comes from. */
public enum SettingOrigin {
    DEFAULT,
    ENVIRONMENT
}
