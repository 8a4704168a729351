package io.infloop.host.internal.registry;

/** Names a contribution: ids are unique per kind. */
public record Key(Kind kind, String id) {
    /** As in lists: {@code provider:claude}. */
    public String text() {
        return kind.text() + ":" + id;
    }

    /** As in sentences: {@code provider 'claude'}. */
    public String words() {
        return kind.words() + " '" + id + "'";
    }
}
