package io.infloop.spi.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonObjectTest {
    private final JsonObject object = Json.parseObject(
            "{\"s\":\"x\",\"n\":1.5,\"b\":true,\"o\":{\"p\":1},\"a\":[\"u\",\"v\"],\"m\":[\"u\",1],\"z\":null}");

    @Test
    void answersEmptyForMembersOfAnotherType() {
        assertThat(object.string("s")).contains("x");
        assertThat(object.string("n")).isEmpty();
        assertThat(object.string("z")).isEmpty();
        assertThat(object.string("missing")).isEmpty();
        assertThat(object.number("n")).contains(1.5);
        assertThat(object.number("s")).isEmpty();
        assertThat(object.bool("b")).contains(true);
        assertThat(object.bool("s")).isEmpty();
        assertThat(object.object("o")).contains(JsonObject.of("p", 1));
        assertThat(object.object("a")).isEmpty();
        assertThat(object.array("a")).contains(List.of("u", "v"));
        assertThat(object.array("o")).isEmpty();
        assertThat(object.strings("a")).containsExactly("u", "v");
        assertThat(object.strings("m")).isEmpty();
        assertThat(object.strings("s")).isEmpty();
    }

    @Test
    void doesNotFollowChangesOfWhatItWasMadeOf() {
        List<Object> elements = new ArrayList<>(List.of(1));
        Map<String, Object> members = new LinkedHashMap<>(Map.of("a", elements));
        JsonObject copy = JsonObject.of(members);
        elements.add(2);
        members.put("b", 3);
        assertThat(copy.toString()).isEqualTo("{\"a\":[1]}");
    }

    @Test
    void buildsInOrderAndLeavesEarlierObjectsAlone() {
        JsonObject.Builder builder = JsonObject.builder()
                .put("b", 1)
                .put("a", 2)
                .put("b", 3)
                .putIfPresent("c", Optional.empty())
                .putIfPresent("d", Optional.of("x"));
        JsonObject first = builder.build();
        JsonObject second = builder.remove("a").putAll(JsonObject.of("e", null)).build();
        assertThat(first.toString()).isEqualTo("{\"b\":3,\"a\":2,\"d\":\"x\"}");
        assertThat(second.toString()).isEqualTo("{\"b\":3,\"d\":\"x\",\"e\":null}");
        assertThat(first.toBuilder().remove("b").remove("a").remove("d").build())
                .isSameAs(JsonObject.EMPTY);
    }

    @Test
    void refusesWhatIsNotJson() {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonObject.of("a", new Object()));
        assertThatNullPointerException()
                .isThrownBy(() -> JsonObject.builder().put(null, 1))
                .withMessage("name is null");
    }

    @Test
    void comparesByContent() {
        assertThat(JsonObject.of("a", 1))
                .isEqualTo(Json.parseObject("{\"a\":1}"))
                .hasSameHashCodeAs(Json.parseObject("{\"a\":1}"));
        assertThat(JsonObject.of("a", 1)).isNotEqualTo(JsonObject.of("a", "1"));
    }
}
