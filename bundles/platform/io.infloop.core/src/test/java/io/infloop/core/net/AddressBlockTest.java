package io.infloop.core.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressBlockTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.128/25, 192.0.2.128, true",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "::/0, 203.0.113.9, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "2001:db8::1, 2001:db8:0:0:0:0:0:1, true",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
    })
    void holdsTheAddressesOfTheBlock(String block, String address, boolean held) throws UnknownHostException {
        assertThat(AddressBlock.parse(block).contains(InetAddress.getByName(address)))
                .isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "10.0.0/8",
                "010.0.0.0/8",
                "localhost",
                "example.com/24",
                "2001:db8::/129",
                "fe80::1%eth0",
                "*",
                " 10.0.0.0/8",
                "0x0a.0.0.0",
                "::ffff:10.0.0.0/104",
                "10.0.0.0/٨"
            })
    void refusesWhatIsNoBlock(String text) {
        assertThatThrownBy(() -> AddressBlock.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnAddressInsideABlockAndNamesTheBlock() {
        assertThatThrownBy(() -> AddressBlock.parse("10.0.0.1/8"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10.0.0.0/8");
    }

    @Test
    void isWrittenAsItIsRead() {
        for (String text : new String[] {"192.0.2.7", "192.0.2.0/24", "2001:db8:0:0:0:0:0:0/32"}) {
            AddressBlock block = AddressBlock.parse(text);
            assertThat(block).hasToString(text).isEqualTo(AddressBlock.parse(block.toString()));
        }
        assertThat(AddressBlock.parse("192.0.2.7")).isEqualTo(AddressBlock.parse("192.0.2.7/32"));
    }
}
