package io.infloop.spi.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** What a server answered. Holds a connection until it is closed or its body is read to the end. */
@ProviderType
public interface HttpAnswer extends AutoCloseable {
    /** 200 to 599. */
    int status();

    /** All header fields; names in lower case, values in the order received. */
    Map<String, List<String>> headers();

    /** The first value of a header field, whatever the case of its name. */
    default Optional<String> header(String name) {
        return headers().getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                .findFirst();
    }

    /**
     * The body as it arrives. Reads block until the call's timeout, and throw {@link HttpCallException}: also when the answer is longer
     * than {@link HttpCall#responseBytes()} or the call is cancelled.
     */
    InputStream body();

    /** The whole body as UTF-8 text. Blocks. */
    default String text() throws HttpCallException {
        try {
            return new String(body().readAllBytes(), StandardCharsets.UTF_8);
        } catch (HttpCallException known) {
            throw known;
        } catch (IOException broken) {
            throw new HttpCallException(HttpCallException.Reason.FAILED, "the answer ended early", broken);
        }
    }

    /** Gives up what has not been read. Idempotent, does not block. */
    @Override
    void close();
}
