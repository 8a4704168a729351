package io.infloop.store.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import java.io.IOException;

/** What the file stores say when they cannot do it. */
final class StoreErrors {
    private StoreErrors() {}

    static InfloopException invalidId(String kind) {
        return new InfloopException(ErrorCode.INVALID_ID, "that is not the id of a " + kind);
    }

    static InfloopException readOnly() {
        return new InfloopException(
                ErrorCode.STORE_UNAVAILABLE, "this command only reads; use a running server to change anything");
    }

    /** The cause is not passed on: its message may name a file, and names of trigger files are credentials. */
    static InfloopException unwritable(String what, IOException cause) {
        return new InfloopException(
                ErrorCode.STORE_UNAVAILABLE,
                "the " + what + " directory cannot be written ("
                        + cause.getClass().getSimpleName() + "); check its owner, permissions and free space");
    }

    static InfloopException full(String directory, int maxFiles) {
        return new InfloopException(
                ErrorCode.STORE_UNAVAILABLE,
                "the directory " + directory + " holds " + maxFiles
                        + " files, the most that are used; delete some, then save again");
    }

    static InfloopException unreadable(String what) {
        return new InfloopException(
                ErrorCode.STORE_UNAVAILABLE,
                "the " + what + " directory cannot be read; check its owner and permissions");
    }
}
