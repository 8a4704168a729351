package io.infloop.core.internal.http;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.http.Login;
import io.infloop.core.http.Logins;
import io.infloop.core.http.RequestFacts;
import io.infloop.core.internal.settings.ApiToken;
import io.infloop.core.rate.RateLimiter;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Exchanges the token for the cookie of a session. */
public final class LoginDesk implements Logins {
    /** One bucket for everybody: an address is cheap to change. */
    private static final String BUCKET = "login";

    private static final long FLOOD_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long NEVER = Long.MIN_VALUE;

    private final Optional<ApiToken> token;
    private final RateLimiter limiter;
    private final AuditLog audit;
    private final AtomicLong lastFlood = new AtomicLong(NEVER);

    public LoginDesk(Optional<ApiToken> token, RateLimiter limiter, AuditLog audit) {
        this.token = token;
        this.limiter = limiter;
        this.audit = audit;
    }

    @Override
    public boolean isOpen() {
        return token.isEmpty();
    }

    @Override
    public Login login(HttpServletRequest request, Supplier<String> presented) {
        if (token.isEmpty()) {
            return new Login.NotNeeded();
        }
        Optional<Duration> wait = limiter.acquire(BUCKET);
        if (wait.isPresent()) {
            recordFlood(request);
            return new Login.Limited(wait.get());
        }
        if (token.get().matches(presented.get())) {
            audit.append(event("auth.login", Actor.BROWSER_SESSION, request));
            return new Login.Opened(new SessionCookie(token.get()).begin(request));
        }
        audit.append(failed(request, ErrorCode.INVALID_TOKEN));
        return new Login.Refused();
    }

    /** Once a minute: the limit is there to keep a flood out of the audit, too. */
    private void recordFlood(HttpServletRequest request) {
        long now = System.nanoTime();
        long last = lastFlood.get();
        if ((last == NEVER || now - last > FLOOD_NANOS) && lastFlood.compareAndSet(last, now)) {
            audit.append(failed(request, ErrorCode.RATE_LIMITED));
        }
    }

    private static AuditEvent.Builder failed(HttpServletRequest request, ErrorCode reason) {
        return event("auth.login_failed", Actor.OPEN, request)
                .outcome(AuditEvent.Outcome.DENIED)
                .with("reason", reason.text());
    }

    @Override
    public String logout(HttpServletRequest request) {
        Actor actor = RequestFacts.actor(request);
        if (actor == Actor.BROWSER_SESSION) {
            audit.append(event("auth.logout", actor, request));
        }
        return SessionCookie.end(request);
    }

    private static AuditEvent.Builder event(String type, Actor actor, HttpServletRequest request) {
        return AuditEvent.of(type, actor).with("remoteAddr", RequestFacts.remoteAddress(request));
    }
}
