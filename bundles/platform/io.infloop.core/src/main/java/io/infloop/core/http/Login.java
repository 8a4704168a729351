package io.infloop.core.http;

import java.time.Duration;

/** What came of an attempt to log in. */
public sealed interface Login permits Login.Opened, Login.NotNeeded, Login.Refused, Login.Limited {
    /** The token was right. @param setCookie value of the header {@code Set-Cookie}, which is as good as the token */
    record Opened(String setCookie) implements Login {
        @Override
        public String toString() {
            return "Opened";
        }
    }

    /** The server has no token and is open to everybody who reaches it. */
    record NotNeeded() implements Login {}

    /** The token was wrong. */
    record Refused() implements Login {}

    /** Too many attempts; the token was not looked at. @param retryAfter until the next one */
    record Limited(Duration retryAfter) implements Login {}
}
