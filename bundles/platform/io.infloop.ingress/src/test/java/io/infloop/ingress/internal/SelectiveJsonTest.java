package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.infloop.core.json.Jsons;
import io.infloop.spi.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectiveJsonTest {
    private static final WantedPaths WANTED = WantedPaths.of(List.of("a", "b.c", "b.d.e", "ü", "list.0"));

    private static Object read(String text) throws IOException {
        return SelectiveJson.read(text.getBytes(StandardCharsets.UTF_8), WANTED);
    }

    @Test
    void onlyWhatIsWantedBecomesAValue() throws IOException {
        assertThat(read("{\"x\":1}")).isEqualTo(Map.of());
        Object read =
                read("{\"x\":{\"a\":[1,{\"y\":null}]}, \"a\" : {\"z\":[1,2.5,\"t\"]} ,\"b\":{\"c\":true,\"q\":0}}");
        assertThat(Json.write(Json.copy(read))).isEqualTo("{\"a\":{\"z\":[1,2.5,\"t\"]},\"b\":{\"c\":true}}");
        assertThat(((Map<?, ?>) read("{\"b\":{\"d\":{\"e\":\"deep\",\"f\":1},\"c\":-0.5e3}}")).get("b"))
                .isEqualTo(Map.of("d", Map.of("e", "deep"), "c", -500.0));
        assertThat(((Map<?, ?>) read("{\"list\":[1,2]}")).get("list").toString())
                .isEqualTo("[1, 2]");
        assertThat(((Map<?, ?>) read("{\"b\":7}")).get("b").toString()).isEqualTo("7");
    }

    @Test
    void namesMayBeWrittenInOtherWays() throws IOException {
        assertThat(Json.write(Json.copy(read("{\"\\u0061\":1,\"\\u00fc\":\"x\"}"))))
                .isEqualTo("{\"a\":1,\"ü\":\"x\"}");
        assertThat(((Map<?, ?>) read("{\"ü\":\"😀\"}")).get("ü")).isEqualTo("😀");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{}x",
                "{} {}",
                "{,}",
                "{\"a\":1,}",
                "{\"a\":1 \"b\":2}",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "{'a':1}",
                "{\"x\":01}",
                "{\"x\":1.}",
                "{\"x\":.5}",
                "{\"x\":+1}",
                "{\"x\":-}",
                "{\"x\":1e}",
                "{\"x\":1e+}",
                "{\"x\":tru}",
                "{\"x\":nul}",
                "{\"x\":falsee}",
                "{\"x\":[1,]}",
                "{\"x\":[1}",
                "{\"x\":[}",
                "{\"x\":NaN}",
                "{\"x\":\"\u0001\"}",
                "{\"x\":\"\\q\"}",
                "{\"x\":\"\\u12g4\"}",
                "{\"x\":\"",
                "{\"x\":\"\\",
                "{\"x\":\"\\u1",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"b\":{\"c\":1,\"c\":1}}",
                "{\"x\":1//\n}",
                "{\"x\":{\"y\":}}"
            })
    void whatIsNotJsonIsRefusedWhereverItIs(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(IOException.class);
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        for (byte[] wrong : List.of(
                new byte[] {(byte) 0x80},
                new byte[] {(byte) 0xc3},
                new byte[] {(byte) 0xe2, (byte) 0x82},
                new byte[] {(byte) 0xff},
                new byte[] {(byte) 0xf8, (byte) 0x80, (byte) 0x80, (byte) 0x80})) {
            byte[] text = ("{\"x\":\"" + "?".repeat(wrong.length) + "\"}").getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(wrong, 0, text, 6, wrong.length);
            assertThatThrownBy(() -> SelectiveJson.read(text, WANTED)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void depthIsBounded() throws IOException {
        String deepest = "{\"x\":" + "[".repeat(Json.MAX_DEPTH - 1) + "]".repeat(Json.MAX_DEPTH - 1) + "}";
        assertThat(read(deepest)).isEqualTo(Map.of());
        String deeper = "{\"x\":" + "[".repeat(1_000_000);
        assertThatThrownBy(() -> read(deeper)).isInstanceOf(IOException.class);
    }

    /** Documents and damaged documents: what a whole parser takes and what it finds is the measure. */
    @Test
    void agreesWithAParserOnRandomDocuments() {
        Random random = new Random(20260101);
        for (int round = 0; round < 3_000; round++) {
            byte[] text = document(random, 0).getBytes(StandardCharsets.UTF_8);
            if (round % 2 == 1) {
                text[random.nextInt(text.length)] = (byte) "{}[],:\"\\0a-.x tu\u007f".charAt(random.nextInt(17));
            }
            if (hasRepeatedNames(text)) {
                continue;
            }
            Object expected = parsed(text);
            Object found = found(text);
            assertThat(found).as(new String(text, StandardCharsets.UTF_8)).isEqualTo(expected);
        }
    }

    /** Where such names are not wanted they are no matter. */
    private static boolean hasRepeatedNames(byte[] text) {
        try {
            Jsons.MAPPER.readTree(text);
            return false;
        } catch (IOException refused) {
            return refused.getMessage().contains("Duplicate");
        }
    }

    private static Object found(byte[] text) {
        try {
            Map<?, ?> members = (Map<?, ?>) SelectiveJson.read(text, WANTED);
            return members.keySet().toString() + Json.write(Json.copy(members));
        } catch (IOException | ClassCastException refused) {
            return "refused";
        }
    }

    private static Object parsed(byte[] text) {
        try {
            JsonNode tree = Jsons.MAPPER
                    .reader()
                    .without(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .readTree(text);
            if (!(tree instanceof ObjectNode)) {
                return "refused";
            }
            ObjectNode wanted = Jsons.MAPPER.createObjectNode();
            tree.fields().forEachRemaining(member -> {
                switch (member.getKey()) {
                    case "a", "ü" -> wanted.set(member.getKey(), member.getValue());
                    case "list" -> wanted.set("list", member.getValue());
                    case "b" -> wanted.set("b", member.getValue());
                    default -> {
                        // Not wanted.
                    }
                }
            });
            Map<?, ?> members =
                    (Map<?, ?>) SelectiveJson.read(wanted.toString().getBytes(StandardCharsets.UTF_8), WANTED);
            return members.keySet().toString() + Json.write(Json.copy(members));
        } catch (IOException refused) {
            return "refused";
        }
    }

    private static String document(Random random, int depth) {
        StringBuilder text = new StringBuilder("{");
        List<String> names = List.of("a", "b", "x", "long-name-of-no-use", "list", "ü", "é\\n");
        int first = random.nextInt(names.size());
        int count = random.nextInt(names.size());
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : random.nextBoolean() ? "," : " ,\n")
                    .append('"')
                    .append(names.get((first + i) % names.size()))
                    .append("\":")
                    .append(value(random, depth + 1));
        }
        return text.append('}').toString();
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth > 4 ? 6 : 8)) {
            case 0 -> "true";
            case 1 -> "null";
            case 2 -> Integer.toString(random.nextInt());
            case 3 -> random.nextInt() + "." + random.nextInt(1_000) + "e-" + random.nextInt(9);
            case 4 -> "\"t\\u00e9xt \\\"" + random.nextInt() + "\"";
            case 5 -> "\"ä€😀\"";
            case 6 -> "[" + value(random, depth + 1) + " , " + value(random, depth + 1) + "]";
            default -> document(random, depth + 1);
        };
    }
}
