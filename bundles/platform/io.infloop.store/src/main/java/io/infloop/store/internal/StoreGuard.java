package io.infloop.store.internal;

import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Refuses, before a file store begins, what it cannot do. */
final class StoreGuard {
    private final String kind;
    private final boolean readOnly;
    private final Predicate<String> isId;
    private final BooleanSupplier usable;

    /**
     * @param kind what the store keeps, e.g. {@code trigger}; its directory is named with an {@code s}
     * @param usable whether the directory could be read once
     */
    StoreGuard(String kind, boolean readOnly, Predicate<String> isId, BooleanSupplier usable) {
        this.kind = kind;
        this.readOnly = readOnly;
        this.isId = isId;
        this.usable = usable;
    }

    void requireId(String id) {
        if (!isId.test(id)) {
            throw StoreErrors.invalidId(kind);
        }
    }

    void requireUsable() {
        if (!usable.getAsBoolean()) {
            throw StoreErrors.unreadable(kind + "s");
        }
    }

    void requireWritable() {
        if (readOnly) {
            throw StoreErrors.readOnly();
        }
        requireUsable();
    }
}
