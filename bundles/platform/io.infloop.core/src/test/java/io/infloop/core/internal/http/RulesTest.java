package io.infloop.core.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/workflows",
                "/api/workflows/a%20b",
                "/api/x/",
                "/a..b",
                "/.well-known/x",
                "/a.json",
                "/...",
                "/a/..b/x",
                "/a%",
                "/a%2",
                "/%40%3a%5b%7e%60%20%7B%5e%c3%bc"
            })
    void plainPathsPass(String path) {
        assertThat(PathRule.isPlain(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "api",
                "//api",
                "/api//x",
                "/api/../x",
                "/api/..",
                "/./api",
                "/api/.",
                "/api;x/y",
                "/api/x;jsessionid=1",
                "/%61pi/x",
                "/ap%49/x",
                "/api/%7a",
                "/api/%5A",
                "/api/%50",
                "/api/%39",
                "/api/a%2db",
                "/api/a%5Fb",
                "/api/%2e%2e/x",
                "/api/%2E./x",
                "/api%2Fx",
                "/api%5cx",
                "/api\\x",
                "/api/%252fx",
                "/api/%5Cx",
                "/api/%3Bx",
                "/api/x%7F",
                "/api/%2e",
                "/.",
                "/..",
                "/api/.//",
                "/api/x//",
                "/api/%00",
                "/api/%0a",
                "/api/%1f",
                "/api/%7f",
                "/api/%3bx",
                "/api/a b",
                "/api/ü",
                "/api/\u0000"
            })
    void pathsWithTwoMeaningsDoNot(String path) {
        assertThat(PathRule.isPlain(path)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, localhost:3000, true",
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.9.9.9:1, true",
        "127.0.0.1, [::1]:3000, true",
        "127.0.0.1, LOCALHOST, true",
        "127.0.0.1, evil.example, false",
        "127.0.0.1, 127.0.0.1.evil.example, false",
        "127.0.0.1, localhost.evil.example:3000, false",
        "127.0.0.1, 192.168.1.2, false",
        "127.0.0.1, , false",
        "127.0.0.1, 0.0.0.0, false",
        "0.0.0.0, 192.168.1.2:3000, true",
        "0.0.0.0, rebound.example, false",
        "0.0.0.0, [fe80::1]:3000, true",
        "box.lan, box.lan:3000, true",
        "box.lan, other.lan, false",
        "box.lan, BOX.lan, true"
    })
    void hosts(String configured, String header, boolean allowed) {
        assertThat(new HostRule(configured).allows(header)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        ", , localhost:3000, true",
        "http://localhost:3000, , localhost:3000, true",
        "http://localhost:3000, same-origin, localhost:3000, true",
        "https://box.example, same-origin, box.example, true",
        "https://box.example, , box.example:443, true",
        "http://localhost:3001, , localhost:3000, false",
        "http://evil.example, , localhost:3000, false",
        "'null', , localhost:3000, false",
        "file://, , localhost:3000, false",
        ", cross-site, localhost:3000, false",
        ", same-site, localhost:3000, false",
        ", none, localhost:3000, true",
        "http://localhost:3000, cross-site, localhost:3000, false",
        "http://localhost:3000, , , false"
    })
    void origins(String origin, String fetchSite, String host, boolean allowed) {
        assertThat(OriginRule.allows(origin, fetchSite, host)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /api/webhook/abc, true, true", "GET, /api/webhook/abc, true, true",
                "DELETE, /api/webhook/abc, true, true",
        "POST, /api/webhook/, false, false", "POST, /api/webhook, false, false", "POST, /api/webhookx/a, false, false",
        "POST, /api/webhook-plugins, false, false", "GET, /api/health, true, false", "HEAD, /api/health, true, false",
        "POST, /api/health, false, false", "GET, /api/health/x, false, false", "GET, /api/workflows, false, false",
        "GET, /, false, false", "GET, /API/webhook/x, false, false"
    })
    void exceptions(String method, String path, boolean open, boolean sender) {
        assertThat(OpenPaths.needsNoCredentials(method, path)).isEqualTo(open);
        assertThat(OpenPaths.isForSenders(method, path)).isEqualTo(sender);
    }

    @Test
    void findsFreePorts() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Ports.probe("127.0.0.1", taken.getLocalPort())).isEmpty();
            assertThat(Ports.probe("127.0.0.1", 0)).isPresent();
        }
    }
}
