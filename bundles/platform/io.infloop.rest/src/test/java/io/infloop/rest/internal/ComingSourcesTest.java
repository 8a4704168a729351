package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is answered about sources that ship and are not there yet. */
class ComingSourcesTest extends TriggersFixture {
    private static final String SIGNED =
            "{\"name\":\"n\",\"workflowId\":\"triage\",\"pluginId\":\"late\",\"eventType\":\"issues\",\"secret\":\"s3cret-value\"}";
    private static final String UNSIGNED =
            "{\"name\":\"n\",\"workflowId\":\"triage\",\"pluginId\":\"late\",\"eventType\":\"issues\"}";

    private void arrive() {
        coming.remove("late");
        contributed.add(source("late", true));
    }

    @Test
    void aTriggerIsSavedOnceItsSourceIsThere() {
        coming.add("late");
        await = ids -> {
            assertThat(ids).containsExactly("late");
            arrive();
        };

        ApiReply unsigned = Fakes.post(resource, "", UNSIGNED);
        ApiReply signed = Fakes.post(resource, "", SIGNED);

        assertThat(unsigned.status()).as("the rules of the source apply").isEqualTo(400);
        assertThat(Fakes.text(signed)).startsWith("201 ").contains("\"pluginState\":\"active\"");
    }

    @Test
    void aTriggerOfASourceThatDoesNotComeInTimeIsNotSaved() {
        coming.add("late");

        ApiReply reply = Fakes.post(resource, "", UNSIGNED);

        assertThat(Fakes.text(reply)).startsWith("503 ").contains("late ships and is still being started");
        assertThat(reply.headers()).containsKey("retry-after");
        assertThat(stored).isEmpty();
        assertThat(Fakes.post(resource, "", GITHUB).status()).as("others are").isEqualTo(201);
    }

    @Test
    void aTriggerIsNotMovedToASourceThatCannotBeAsked() {
        String id = create().id();
        coming.add("late");

        ApiReply reply = Fakes.call(resource, "PATCH", "/" + id, "{\"pluginId\":\"late\"}", Map.of());

        assertThat(reply.status()).isEqualTo(503);
        assertThat(stored.get(id).pluginId()).isEqualTo("github");
    }

    @Test
    void aTriggerThatWasWrittenByHandSaysThatItsSourceArrives() {
        arrive();
        Fakes.post(resource, "", SIGNED);
        contributed.removeIf(entry -> entry.id().equals("late"));
        coming.add("late");

        assertThat(Fakes.text(Fakes.get(resource, ""))).contains("\"pluginState\":\"arriving\"");
        coming.clear();
        assertThat(Fakes.text(Fakes.get(resource, ""))).contains("\"pluginState\":\"absent\"");
    }

    @Test
    void theListOfSourcesWaitsAndSaysWhatIsMissing() {
        Set<String> late = new HashSet<>(Set.of("one", "two"));
        List<Set<String>> awaited = new ArrayList<>();
        WebhookPluginsResource sources = new WebhookPluginsResource(Fakes.contributions(contributed, late, ids -> {
            awaited.add(ids);
            late.remove("one");
        }));

        assertThat(Fakes.text(Fakes.get(sources, ""))).contains("\"arriving\":[\"two\"]");
        late.clear();
        assertThat(Fakes.text(Fakes.get(sources, ""))).doesNotContain("arriving");
        assertThat(awaited).first().isEqualTo(Set.of("one", "two"));
    }
}
