package io.infloop.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.launcher.handover.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class LatePluginsTest {
    private static final List<FeatureBundle> BUNDLES = List.of(
            bundle("host", false, Optional.empty()),
            bundle("disguised", false, Optional.of("disguised")),
            bundle("signing", true, Optional.empty()),
            bundle("asana", true, Optional.of("asana")),
            bundle("box", true, Optional.of("box")),
            bundle("stripe", true, Optional.of("stripe")));

    @TempDir
    private Path data;

    private final List<String> brought = new ArrayList<>();
    private Path triggers;

    @BeforeEach
    void directory() throws IOException {
        triggers = Files.createDirectories(data.resolve("triggers"));
    }

    private static FeatureBundle bundle(String name, boolean plugin, Optional<String> source) {
        return new FeatureBundle(name, Path.of(name), name, 50, true, plugin, source);
    }

    private LaunchPlan plan(LaunchPlan.Mode mode, Map<String, String> variables) {
        return new LaunchPlan(mode, data, data, "one", data, "1", new Environment(variables));
    }

    private LatePlugins late() {
        return LatePlugins.of(plan(LaunchPlan.Mode.SERVER, Map.of()), BUNDLES);
    }

    private void trigger(String name, String document) throws IOException {
        Files.writeString(triggers.resolve(name + ".json"), document);
    }

    @Test
    void whatATriggerNamesIsNotLateAndTheRestComesInTheOrderOfTheFeatures() throws IOException {
        trigger(
                "a",
                "{\"inputs\":{\"pluginId\":\"box\"},\"match\":[{\"pluginId\":\"box\"}],\"pluginId\":\"stri\\u0070e\"}");
        LatePlugins late = late();

        assertThat(BUNDLES.stream().filter(late::contains).map(FeatureBundle::id))
                .containsExactly("asana", "box");
        assertThat(late.coming()).containsExactlyInAnyOrder("asana", "box");

        List<Set<String>> left = new ArrayList<>();
        late.bring(
                bundle -> {
                    brought.add(bundle.id());
                    left.add(late.coming());
                },
                () -> false);

        assertThat(brought).containsExactly("asana", "box");
        assertThat(left)
                .as("one is on its way until it has been started")
                .containsExactly(Set.of("asana", "box"), Set.of("box"));
        assertThat(late.coming()).isEmpty();
    }

    @Test
    void withoutTriggersEverySourceIsLate() throws IOException {
        assertThat(late().coming()).containsExactlyInAnyOrder("asana", "box", "stripe");

        Files.delete(triggers);

        assertThat(late().coming()).containsExactlyInAnyOrder("asana", "box", "stripe");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"stripe\"",
                "{",
                "{}",
                "{\"pluginId\":7}",
                "{\"pluginId\":\"box\"",
                "{\"pluginId\":\"box\"} {}",
                "{\"pluginId\":\"box\",}",
                "{\"match\":[}"
            })
    void aFileThatIsNoTriggerMakesNothingLate(String document) throws IOException {
        trigger("good", "{\"pluginId\":\"box\"}");
        trigger("bad", document);

        assertThat(late().coming()).isEmpty();
    }

    @Test
    void whatCannotBeReadWithinBoundsMakesNothingLate() throws IOException {
        trigger("large", "{\"pluginId\":\"box\",\"name\":\"" + "x".repeat(1024 * 1024) + "\"}");
        assertThat(late().coming()).isEmpty();

        Files.delete(triggers.resolve("large.json"));
        trigger("deep", "{\"match\":" + "[".repeat(100_000));
        assertThat(late().coming()).isEmpty();

        Files.delete(triggers.resolve("deep.json"));
        Files.createDirectory(triggers.resolve("directory.json"));
        assertThat(late().coming()).isEmpty();

        Files.delete(triggers.resolve("directory.json"));
        Files.createSymbolicLink(triggers.resolve("dangling.json"), data.resolve("nowhere"));
        assertThat(late().coming()).isEmpty();

        Files.delete(triggers.resolve("dangling.json"));
        Files.delete(triggers);
        Files.writeString(triggers, "a file");
        assertThat(late().coming()).isEmpty();
    }

    @Test
    void anotherDirectoryOfTriggersCounts() throws IOException {
        Path other = Files.createDirectories(data.resolve("other"));
        Files.writeString(other.resolve("a.json"), "{\"pluginId\":\"asana\"}");

        assertThat(LatePlugins.of(
                                plan(LaunchPlan.Mode.SERVER, Map.of("INFLOOP_TRIGGERS_DIR", other.toString())), BUNDLES)
                        .coming())
                .containsExactlyInAnyOrder("box", "stripe");
        assertThat(LatePlugins.of(plan(LaunchPlan.Mode.SERVER, Map.of("INFLOOP_TRIGGERS_DIR", "~/other")), BUNDLES)
                        .coming())
                .as("only the settings know what that is")
                .isEmpty();
    }

    @Test
    void nothingIsLateInACommand() {
        assertThat(LatePlugins.of(plan(LaunchPlan.Mode.COMMAND, Map.of()), BUNDLES)
                        .coming())
                .isEmpty();
    }

    @Test
    void oneThatFailsDoesNotKeepTheOthers() {
        LatePlugins late = late();
        late.bring(
                bundle -> {
                    brought.add(bundle.id());
                    if (bundle.id().equals("box")) {
                        throw new IOException("damaged");
                    }
                },
                () -> false);

        assertThat(brought).containsExactly("asana", "box", "stripe");
        assertThat(late.coming()).isEmpty();
    }

    @Test
    void theEndOfTheServerEndsItBetweenTwoSteps() {
        AtomicBoolean ended = new AtomicBoolean();
        late().bring(
                        bundle -> {
                            brought.add(bundle.id());
                            ended.set(true);
                        },
                        ended::get);

        assertThat(brought).containsExactly("asana");
    }
}
