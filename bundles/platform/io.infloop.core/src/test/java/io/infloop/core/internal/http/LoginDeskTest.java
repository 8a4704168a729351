package io.infloop.core.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.http.Login;
import io.infloop.core.http.RequestFacts;
import io.infloop.core.internal.rate.BucketRateLimiters;
import io.infloop.core.internal.settings.ApiToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoginDeskTest {
    private static final String TOKEN = "token-0123456789";
    /** {@code printf %s token-0123456789 | sha256sum} */
    private static final String HASH = "5404b9b012eb83d1303a24018c554635015c6175155b607c4b17c33b1c99b54f";

    private final Lines audit = new Lines();
    private final Optional<ApiToken> token = ApiToken.from(Map.of("INFLOOP_API_TOKEN", TOKEN));

    @Test
    void theTokenIsExchangedForItsHash() {
        Login login = desk(20).login(request(), () -> TOKEN);

        assertThat(login).isInstanceOfSatisfying(Login.Opened.class, opened -> assertThat(opened.setCookie())
                .isEqualTo("infloop_session=" + HASH + "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"));
        assertThat(login.toString()).doesNotContain(HASH);
        assertThat(audit.events).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("auth.login");
            assertThat(event.actor()).isEqualTo(Actor.BROWSER_SESSION);
            assertThat(event.fields()).isEqualTo(Map.of("remoteAddr", "192.0.2.7"));
        });
    }

    @Test
    void behindAProxyWithHttpsTheCookieIsSecure() {
        for (String proto : List.of("https", "HTTPS", "https, http", " https ")) {
            HttpServletRequest request = new FakeExchange("POST", "/login")
                    .header("X-Forwarded-Proto", proto)
                    .request();
            Login.Opened opened = (Login.Opened) desk(20).login(request, () -> TOKEN);
            assertThat(opened.setCookie()).as(proto).endsWith("; Secure");
        }
        HttpServletRequest plain = new FakeExchange("POST", "/login")
                .header("X-Forwarded-Proto", "http")
                .request();
        assertThat(((Login.Opened) desk(20).login(plain, () -> TOKEN)).setCookie())
                .doesNotContain("Secure");
    }

    @Test
    void aWrongTokenIsAuditedAndNotRepeated() {
        assertThat(desk(20).login(request(), () -> "guess-4711")).isInstanceOf(Login.Refused.class);
        assertThat(desk(20).login(request(), () -> HASH)).isInstanceOf(Login.Refused.class);
        assertThat(audit.events).hasSize(2).allSatisfy(event -> {
            assertThat(event.type()).isEqualTo("auth.login_failed");
            assertThat(event.outcome()).isEqualTo(AuditEvent.Outcome.DENIED);
            assertThat(event.fields().toString()).doesNotContain("guess-4711");
        });
    }

    @Test
    void oneBucketForEverybodyAlsoForTheRightToken() {
        LoginDesk desk = desk(2);
        desk.login(request(), () -> "a");
        desk.login(request(), () -> "b");
        Login third = desk.login(request(), () -> {
            throw new AssertionError("the body of a flood is not read");
        });

        assertThat(third).isInstanceOfSatisfying(Login.Limited.class, limited -> assertThat(
                        limited.retryAfter().toSeconds())
                .isBetween(1L, 60L));
        desk.login(request(), () -> "c");
        assertThat(audit.events)
                .as("a flood shows in the audit and does not fill it")
                .extracting(event -> event.fields().get("reason"))
                .containsExactly("invalid-token", "invalid-token", "rate-limited");
    }

    @Test
    void anOpenServerNeedsNoLogin() {
        LoginDesk desk = new LoginDesk(Optional.empty(), new BucketRateLimiters().perMinute(1), audit);
        assertThat(desk.login(request(), () -> "x")).isInstanceOf(Login.NotNeeded.class);
        assertThat(desk.login(request(), () -> "x")).isInstanceOf(Login.NotNeeded.class);
        assertThat(desk.isOpen()).isTrue();
    }

    @Test
    void logoutTakesTheCookieAndIsAuditedOnlyWhenThereWasASession() {
        HttpServletRequest session = request();
        session.setAttribute(RequestFacts.ACTOR, Actor.BROWSER_SESSION);
        HttpServletRequest nobody = request();
        nobody.setAttribute(RequestFacts.ACTOR, Actor.OPEN);

        String expected = "infloop_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict";
        assertThat(desk(20).logout(session)).isEqualTo(expected);
        assertThat(desk(20).logout(nobody)).isEqualTo(expected);
        assertThat(audit.events).extracting(AuditEvent::type).containsExactly("auth.logout");
    }

    private LoginDesk desk(int perMinute) {
        return new LoginDesk(token, new BucketRateLimiters().perMinute(perMinute), audit);
    }

    private static HttpServletRequest request() {
        return new FakeExchange("POST", "/login").request();
    }

    private static final class Lines implements AuditLog {
        private final List<AuditEvent> events = new ArrayList<>();

        @Override
        public void append(AuditEvent event) {
            events.add(event);
        }

        @Override
        public long writeErrors() {
            return 0;
        }

        @Override
        public Page read(Query query) {
            return new Page(List.of(), Optional.empty());
        }
    }
}
