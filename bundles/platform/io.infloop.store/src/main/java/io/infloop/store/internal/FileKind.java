package io.infloop.store.internal;

import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What the files of a store hold.
 *
 * @param isId which names are those of such files
 * @param shownName how an id appears in problems
 * @param inUse called before a value can be found; closed when it no longer can
 */
record FileKind<T>(
        long maxBytes,
        Predicate<String> isId,
        UnaryOperator<String> shownName,
        Parser<T> parser,
        Function<T, Registration> inUse) {
    /** Turns a document into what is kept in memory. */
    interface Parser<T> {
        T parse(String id, JsonObject document, long modifiedAt) throws RefusedFileException;
    }
}
