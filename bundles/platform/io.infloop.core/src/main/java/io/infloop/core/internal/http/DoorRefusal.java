package io.infloop.core.internal.http;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import java.util.Optional;

/**
 * Why a request got no further than the door.
 *
 * @param reason one sentence with what to do, where the code does not say it all
 */
record DoorRefusal(ErrorCode code, Optional<String> reason) {
    static DoorRefusal of(ErrorCode code) {
        return new DoorRefusal(code, Optional.empty());
    }

    static DoorRefusal of(ErrorCode code, String reason) {
        return new DoorRefusal(code, Optional.of(reason));
    }

    static DoorRefusal of(InfloopException failure) {
        return new DoorRefusal(failure.code(), Optional.ofNullable(failure.getMessage()));
    }
}
