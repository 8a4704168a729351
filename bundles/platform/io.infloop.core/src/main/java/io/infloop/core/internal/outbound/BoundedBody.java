package io.infloop.core.internal.outbound;

import io.infloop.spi.http.HttpCallException;
import io.infloop.spi.http.HttpCallException.Reason;
import java.io.IOException;
import java.io.InputStream;

/** A body that ends with an exception when its call is given up or it is too long. */
final class BoundedBody extends InputStream {
    private final InputStream body;
    private final long limit;
    private final CallGuard guard;
    private long count;

    BoundedBody(InputStream body, long limit, CallGuard guard) {
        this.body = body;
        this.limit = limit;
        this.guard = guard;
        guard.whenGivenUp(this::closeBody);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        guard.throwIfGivenUp();
        int read;
        try {
            read = body.read(buffer, offset, length);
        } catch (IOException broken) {
            guard.throwIfGivenUp();
            close();
            throw new HttpCallException(Reason.FAILED, "the answer broke off: " + broken.getMessage(), broken);
        }
        // A body that is closed by another thread looks like one that has ended.
        guard.throwIfGivenUp();
        if (read < 0) {
            close();
            return -1;
        }
        count += read;
        if (count > limit) {
            guard.giveUp(new HttpCallException(
                    Reason.TOO_LARGE, "the answer is longer than the " + limit + " bytes that the call allows"));
            guard.throwIfGivenUp();
        }
        return read;
    }

    @Override
    public void close() {
        closeBody();
        guard.close();
    }

    private void closeBody() {
        try {
            body.close();
        } catch (IOException gone) {
            // Nobody reads it any more.
            return;
        }
    }
}
