package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteCodecTest {
    private final ByteCodec codec = new ByteCodec();

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

    @Test
    void givesBackWhatRepeatsAtEveryDistanceAndLength() {
        Random random = new Random(3);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[512 + random.nextInt(round % 100 == 0 ? 200_000 : 3_000)];
            int position = 0;
            while (position < bytes.length) {
                int length = Math.min(bytes.length - position, 1 + random.nextInt(1 << random.nextInt(10)));
                if (position > 0 && random.nextBoolean()) {
                    int from = random.nextInt(position);
                    for (int count = 0; count < length; count++) {
                        bytes[position + count] = bytes[from + count];
                    }
                } else {
                    byte[] noise = new byte[length];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, bytes, position, length);
                }
                position += length;
            }

            assertThat(decoded(codec.encode(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void refusesDamageAndNothingElseHappens() {
        Random random = new Random(5);
        byte[] text = "{\"action\":\"opened\",\"number\":1234567},".repeat(100).getBytes(StandardCharsets.UTF_8);
        ByteCodec.Encoded encoded = codec.encode(text);
        for (int round = 0; round < 5_000; round++) {
            byte[] damaged = encoded.bytes().clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
            try {
                assertThat(ByteCodec.decode(encoded.encoding(), encoded.length(), damaged))
                        .hasSameSizeAs(text);
            } catch (IllegalStateException refused) {
                assertThat(refused).hasMessage("a stored body is damaged");
            }
        }
    }
}
