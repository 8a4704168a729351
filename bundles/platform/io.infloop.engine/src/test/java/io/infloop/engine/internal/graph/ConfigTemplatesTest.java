package io.infloop.engine.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigTemplatesTest {
    private final List<String> missing = new ArrayList<>();

    private String resolve(String config, String... paths) {
        return ConfigTemplates.compile(Json.parseObject(config), List.of(paths))
                .resolve(Map.of("a", "A"), (field, key) -> missing.add(field + ":" + key))
                .toString();
    }

    @Test
    void resolvesTheFieldsThatAreNamedAndNoOthers() {
        assertThat(resolve("{\"prompt\":\"{{a}}\",\"code\":\"{{a}}\",\"n\":7}", "prompt", "n", "gone"))
                .isEqualTo("{\"prompt\":\"A\",\"code\":\"{{a}}\",\"n\":7}");
    }

    @Test
    void aStarStandsForEveryMemberOrElement() {
        assertThat(resolve("{\"inputs\":{\"x\":\"{{a}}\",\"y\":5,\"z\":{\"deep\":\"{{a}}\"}}}", "inputs.*"))
                .isEqualTo("{\"inputs\":{\"x\":\"A\",\"y\":5,\"z\":{\"deep\":\"{{a}}\"}}}");
        assertThat(resolve("{\"candidates\":[\"{{a}}\",\"{{b}}\",null]}", "candidates.*"))
                .isEqualTo("{\"candidates\":[\"A\",\"\",null]}");
        assertThat(missing).containsExactly("candidates.1:b");
    }

    @Test
    void pathsNest() {
        assertThat(resolve(
                        "{\"command\":{\"cmd\":\"{{a}}\",\"x\":\"{{a}}\"},\"l\":[{\"t\":\"{{a}}\"}]}",
                        "command.cmd",
                        "l.*.t"))
                .isEqualTo("{\"command\":{\"cmd\":\"A\",\"x\":\"{{a}}\"},\"l\":[{\"t\":\"A\"}]}");
    }

    @Test
    void withoutPlaceholdersTheConfigurationIsTheSame() {
        JsonObject config = Json.parseObject("{\"prompt\":\"plain\"}");
        ConfigTemplates templates = ConfigTemplates.compile(config, List.of("prompt"));
        assertThat(templates.resolve(Map.of(), (field, key) -> {})).isSameAs(config);
        assertThat(templates.fields()).isEmpty();
    }
}
