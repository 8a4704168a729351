package io.infloop.webhook.catalogue;

import static io.infloop.webhook.catalogue.Catalogue.NOW;
import static io.infloop.webhook.catalogue.Hash.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.spi.webhook.WebhookSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the manifests say about events. */
class EventsTest {
    static final String ANY = "*";

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#sources")
    void everyFieldIsInTheExampleWithItsType(WebhookSource.Descriptor source) {
        for (WebhookEvent event : source.events()) {
            for (WebhookEvent.Field field : event.fields()) {
                Object value = JsonObject.of("body", event.examplePayload().orElseThrow());
                for (String step : field.path().split("\\.", -1)) {
                    value = ((JsonObject) value).get(step);
                    assertThat(value).as("%s of %s", field.path(), event.type()).isNotNull();
                }
                assertThat(typeOf(value))
                        .as("%s of %s", field.path(), event.type())
                        .isEqualTo(field.type());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#sources")
    void examplesAreOfTheEventTheyAreShownFor(WebhookSource.Descriptor source) {
        Optional<ValueRule> rule = source.eventType()
                .filter(type -> !(type.place().isPresent() && type.place().get().from() == ValueLocation.From.HEADER));
        if (rule.isEmpty()) {
            return;
        }
        for (WebhookEvent event : source.events()) {
            event.examplePayload().filter(example -> !event.type().equals(ANY)).ifPresent(example -> {
                WebhookRequest request =
                        Delivery.post(utf8(Json.write(example))).received(source.intake(), NOW);
                assertThat(rule.get().read(request, Optional.of(example))).contains(event.type());
            });
        }
    }

    /** Senders invent new events: a trigger may want those too. */
    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#sources")
    void whereEventsHaveTypesAnyOfThemCanBeChosen(WebhookSource.Descriptor source) {
        assertThat(source.events().stream().anyMatch(event -> event.type().equals(ANY)))
                .isEqualTo(source.eventType().isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "github",
                "gitlab",
                "stripe",
                "slack",
                "shopify",
                "twilio",
                "discord",
                "linear",
                "sendgrid",
                "notion",
                "jira",
                "standard-webhooks",
                "openai",
                "replicate",
                "clerk",
                "resend",
                "liveblocks",
                "polar",
                "supabase",
                "svix"
            })
    void theMostUsedShowFieldsAndAnExampleForEachEvent(String id) {
        List<WebhookEvent> events = Catalogue.source(id).events().stream()
                .filter(event -> !event.type().equals(ANY)
                        || Catalogue.source(id).events().size() == 1)
                .toList();

        assertThat(events).isNotEmpty().allSatisfy(event -> {
            assertThat(event.examplePayload()).as(event.type()).isPresent();
            assertThat(event.fields()).as(event.type()).isNotEmpty();
        });
    }

    @Test
    void gitHubHasAllItsEvents() {
        assertThat(Catalogue.source("github").events()).hasSizeGreaterThanOrEqualTo(74);
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#sources")
    void theDescriptionSaysWhatToEnterAndHowSureWeAre(WebhookSource.Descriptor source) {
        assertThat(source.description().orElseThrow())
                .matches("[A-Z].*[.] Secret: .+[.] .+[.]")
                .satisfies(text -> assertThat(Confidence.of(text)).isNotNull());
    }

    private static String typeOf(Object value) {
        if (value instanceof String) {
            return "string";
        }
        if (value instanceof Number) {
            return "number";
        }
        if (value instanceof Boolean) {
            return "boolean";
        }
        return value instanceof List ? "array" : "object";
    }
}
