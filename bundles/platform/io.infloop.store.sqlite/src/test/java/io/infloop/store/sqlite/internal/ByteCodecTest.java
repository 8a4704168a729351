package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ByteCodecTest {
    private final ByteCodec codec = new ByteCodec();

    @AfterEach
    void close() {
        codec.close();
    }

    private byte[] decoded(ByteCodec.Encoded encoded) {
        return ByteCodec.decode(encoded.encoding(), encoded.length(), encoded.bytes());
    }

    @Test
    void givesBackWhatItTook() {
        byte[] noise = new byte[50_000];
        new Random(1).nextBytes(noise);
        byte[] text = "{\"action\":\"opened\"},".repeat(2_000).getBytes(StandardCharsets.UTF_8);

        for (byte[] bytes : new byte[][] {new byte[0], {1, 2, 3}, noise, text, new byte[1_000_000]}) {
            assertThat(decoded(codec.encode(bytes))).isEqualTo(bytes);
        }
        assertThat(codec.encode(text).bytes().length).isLessThan(text.length / 10);
        assertThat(codec.encode(noise).bytes()).hasSameSizeAs(noise);
    }

    @Test
    void saysWhenStoredBytesAreDamaged() {
        ByteCodec.Encoded encoded = codec.encode(new byte[10_000]);
        byte[] damaged = encoded.bytes().clone();
        damaged[0] ^= 0x7f;

        assertThatThrownBy(() -> ByteCodec.decode(encoded.encoding(), encoded.length(), damaged))
                .isInstanceOf(IllegalStateException.class);
    }
}
