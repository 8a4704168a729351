package io.infloop.core.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPatternTest {
    @ParameterizedTest
    @CsvSource({
        "api.acme.example, api.acme.example, true",
        "api.acme.example, API.Acme.Example., true",
        "API.acme.example., api.acme.example, true",
        "api.acme.example, xapi.acme.example, false",
        "api.acme.example, a.api.acme.example, false",
        "*.acme.example, api.acme.example, true",
        "*.acme.example, a.b.acme.example, true",
        "*.acme.example, acme.example, false",
        "*.acme.example, evilacme.example, false",
        "*.acme.example, acme.example.evil.example, false",
        "bücher.example, xn--bcher-kva.example, true",
        "*.BÜCHER.example, shop.xn--bcher-kva.example, true",
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "::1, 0:0:0:0:0:0:0:1, true",
        "[2606:4700::1], 2606:4700:0:0::1, true",
        "*.0.0.example, 127.0.0.1, false",
        "_dmarc.acme.example, _dmarc.acme.example, true",
    })
    void matches(String pattern, String host, boolean expected) {
        HostName name = HostName.parse(host).orElseThrow();
        assertThat(HostPattern.parse(pattern).matches(name)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.",
                "*.*",
                "a.*.example",
                "*acme.example",
                "https://acme.example",
                "acme.example:443",
                "acme.example/path",
                "user@acme.example",
                "*.127.0.0.1",
                "*.::1",
                "127.1",
                "0x7f.1",
                "2130706433",
                "0177.0.0.1",
                "256.1.1.1",
                "fe80::1%eth0",
                "-a.example",
                "a..example",
                "a b.example",
                "a\nb.example",
                "[::1",
                "[acme.example]"
            })
    void refusesWhatIsNoHost(String pattern) {
        assertThatThrownBy(() -> HostPattern.parse(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a host")
                .message()
                .doesNotContain("\n");
    }

    /** Resolvers take these for 127.0.0.1. */
    @ParameterizedTest
    @ValueSource(
            strings = {"127.1", "0x7f000001", "0x7f.0.0.1", "2130706433", "017700000001", "127.0.0.01", "127.0.0.1.."})
    void oddNotationsOfAddressesAreNoHosts(String host) {
        assertThat(HostName.parse(host)).isEmpty();
    }

    @Test
    void nonAsciiHostsOfRequestsAreNone() {
        // U+3002 and U+FF0E become dots, U+2460 becomes a digit, when somebody normalises later.
        assertThat(HostName.parse("acme\u3002example")).isEmpty();
        assertThat(HostName.parse("127\uff0e0\uff0e0\uff0e1")).isEmpty();
        assertThat(HostName.parse("\u2460.example")).isEmpty();
        assertThat(HostName.parse("\u212aelvin.example")).isEmpty();
    }

    @Test
    void addressesAreOnlyThoseListed() throws UnknownHostException {
        HostPattern listed = HostPattern.parse("192.168.1.5");
        assertThat(listed.isAddress(InetAddress.getByName("192.168.1.5"))).isTrue();
        assertThat(listed.isAddress(InetAddress.getByName("192.168.1.6"))).isFalse();
        assertThat(HostPattern.parse("acme.example").isAddress(InetAddress.getByName("192.168.1.5")))
                .isFalse();
    }
}
