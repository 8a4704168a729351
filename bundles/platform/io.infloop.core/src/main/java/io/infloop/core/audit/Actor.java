package io.infloop.core.audit;

/** On whose behalf something happened. */
public enum Actor {
    API_TOKEN("api-token"),
    BROWSER_SESSION("browser-session"),
    WEBHOOK("webhook"),
    SYSTEM("system"),
    /** Anybody: on a server without a token, or where none is asked for. */
    OPEN("open");

    private final String text;

    Actor(String text) {
        this.text = text;
    }

    /** As written in the audit log. */
    public String text() {
        return text;
    }
}
