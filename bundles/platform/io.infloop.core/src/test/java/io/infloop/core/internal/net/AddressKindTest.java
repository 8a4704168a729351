package io.infloop.core.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressKindTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, UNSPECIFIED",
        "0.1.2.3, UNSPECIFIED",
        "10.0.0.1, PRIVATE",
        "100.64.0.1, SHARED",
        "100.127.255.255, SHARED",
        "100.100.100.200, METADATA",
        "127.0.0.1, LOOPBACK",
        "127.255.255.254, LOOPBACK",
        "168.63.129.16, METADATA",
        "169.254.169.254, METADATA",
        "169.254.1.1, LINK_LOCAL",
        "172.16.0.1, PRIVATE",
        "172.31.255.255, PRIVATE",
        "192.0.2.1, RESERVED",
        "192.168.1.1, PRIVATE",
        "198.18.0.1, RESERVED",
        "198.51.100.1, RESERVED",
        "203.0.113.1, RESERVED",
        "224.0.0.1, MULTICAST",
        "239.255.255.255, MULTICAST",
        "240.0.0.1, RESERVED",
        "255.255.255.255, BROADCAST",
        "::, UNSPECIFIED",
        "::1, LOOPBACK",
        "::7f00:1, RESERVED",
        "::808:808, RESERVED",
        "fe80::1, LINK_LOCAL",
        "febf::1, LINK_LOCAL",
        "fec0::1, PRIVATE",
        "fc00::1, UNIQUE_LOCAL",
        "fd12:3456::1, UNIQUE_LOCAL",
        "fd00:ec2::254, METADATA",
        "ff02::1, MULTICAST",
        "2001:db8::1, RESERVED",
        "2001::1, RESERVED",
        "3fff::1, RESERVED",
        "100::1, RESERVED",
        "4000::1, RESERVED",
        "64:ff9b::7f00:1, LOOPBACK",
        "64:ff9b::a9fe:a9fe, METADATA",
        "64:ff9b::808:808, PUBLIC",
        "64:ff9b:1::808:808, RESERVED",
        "2002:7f00:1::1, LOOPBACK",
        "2002:c0a8:101::1, PRIVATE",
        "2002:808:808::1, PUBLIC",
        "2a00:1450::5efe:7f00:1, LOOPBACK",
        "2a00:1450::200:5efe:a00:1, PRIVATE",
        "::ffff:0:7f00:1, RESERVED",
        "::ffff:127.0.0.1, LOOPBACK",
    })
    void knowsWhatAnAddressIsFor(String address, AddressKind kind) throws UnknownHostException {
        assertThat(AddressKind.of(InetAddress.getByName(address))).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.0.1",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.0.1",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001:81b::200e",
                "2001:200::1"
            })
    void publicOnesArePublic(String address) throws UnknownHostException {
        assertThat(AddressKind.of(InetAddress.getByName(address))).isEqualTo(AddressKind.PUBLIC);
    }

    /** The JDK gives out IPv4 addresses for the text of such an address, but not when somebody insists on IPv6. */
    @Test
    void looksIntoMappedAddresses() throws UnknownHostException {
        byte[] bytes = new byte[16];
        bytes[10] = (byte) 0xff;
        bytes[11] = (byte) 0xff;
        bytes[12] = 127;
        bytes[15] = 1;
        Inet6Address mapped = Inet6Address.getByAddress(null, bytes, -1);
        assertThat(AddressKind.of(mapped)).isEqualTo(AddressKind.LOOPBACK);
    }
}
