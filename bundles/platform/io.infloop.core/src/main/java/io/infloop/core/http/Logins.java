package io.infloop.core.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ProviderType;

/** Begins and ends sessions of browsers. Thread-safe; an OSGi service of core. */
@ProviderType
public interface Logins {
    /** Whether the server has no token. */
    boolean isOpen();

    /**
     * One attempt: counted against the one limit for all, compared in constant time, audited. What the supplier throws is passed on.
     *
     * @param token gives what was entered; asked only when the attempt is not over the limit
     */
    Login login(HttpServletRequest request, Supplier<String> token);

    /** Ends a session in the browser that has one; without one nothing happens. @return value of the header {@code Set-Cookie} */
    String logout(HttpServletRequest request);
}
