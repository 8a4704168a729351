package io.infloop.webhook.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.webhook.ConfigField;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/webhooks.md} and {@code features/webhooks.json} follow from the manifests. {@code -Dinfloop.docs.write=true} writes them
 * anew.
 */
class WebhooksPageTest {
    private static final Path PAGE = Path.of("../../../docs/webhooks.md");
    private static final Path FEATURE = Path.of("../../../features/webhooks.json");
    private static final int SHOWN_EVENTS = 4;

    @Test
    void thePageListsTheManifests() throws IOException {
        assertSame(PAGE, page());
    }

    @Test
    void theFeatureListsTheirBundles() throws IOException {
        assertSame(FEATURE, feature());
    }

    private static void assertSame(Path file, String expected) throws IOException {
        if (Boolean.getBoolean("infloop.docs.write")) {
            Files.writeString(file, expected);
        }

        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("write it anew: mvn -pl :io.infloop.webhook.catalogue test -Dtest=WebhooksPageTest"
                        + " -Dinfloop.docs.write=true")
                .isEqualTo(expected);
    }

    private static String page() {
        StringBuilder text = new StringBuilder(
                """
                # Webhook sources

                Generated from the manifests of the senders that ship. Each is a plugin of its own, `io.infloop.webhook.<id>`, with one JSON file in it
                and no code; put a file with the same `id` into `webhook-plugins/` and yours is taken instead. Beside them there are `generic`, for any
                sender and unsigned, and the sources of plugins with code.

                - **Secret** is what to enter at the trigger; public keys are entered there too. Several may be entered while one is exchanged.
                - **URL** says that the sender signs the address: the trigger needs its public URL, exactly as it is entered at the sender.
                - **Source**: `library`, modelled on the official library of the sender or of the format it follows; `documentation`, written from the
                  sender's documentation; `memory`, written from memory of it: check the first delivery with a dry run.
                - Every source with event types also has the event `*`: any event, those too that are not listed.

                | sender | id | secret | URL | also to enter | events | source |
                |---|---|---|---|---|---|---|
                """);
        Catalogue.sources()
                .sorted(Comparator.comparing(source -> source.displayName().toLowerCase(Locale.ROOT)))
                .forEach(source -> text.append(row(source)));
        text.append("\n## What to know about each\n\n");
        Catalogue.sources()
                .sorted(Comparator.comparing(source -> source.displayName().toLowerCase(Locale.ROOT)))
                .forEach(source -> text.append(note(source)));
        return text.toString();
    }

    private static String row(WebhookSource.Descriptor source) {
        String description = source.description().orElseThrow();
        Confidence confidence = Confidence.of(description);
        String entered = confidence.before(description);
        String secret = entered.substring(entered.indexOf("Secret: ") + "Secret: ".length());
        boolean url = Catalogue.scheme(source.id())
                .needsPublicUrl(source.signature().orElseThrow().settings());
        String config = source.config().stream()
                .map(field -> "`" + field.name() + "`: " + describe(field))
                .collect(Collectors.joining("; "));
        return String.join(
                        " | ",
                        "| " + source.displayName(),
                        "`" + source.id() + "`",
                        secret.substring(0, secret.length() - 1),
                        url ? "yes" : "",
                        config,
                        events(source.events()),
                        confidence.label())
                + " |\n";
    }

    private static String describe(ConfigField field) {
        return field.description().orElse("");
    }

    private static String note(WebhookSource.Descriptor source) {
        String description = source.description().orElseThrow();
        String what = description.substring(0, description.indexOf(" Secret: "));
        String docs =
                source.docsUrl().map(url -> " Documentation: <" + url + ">").orElse("");
        return "- **" + source.displayName() + "**: " + what + docs + "\n";
    }

    private static String events(List<WebhookEvent> events) {
        List<String> types = events.stream()
                .map(WebhookEvent::type)
                .filter(type -> !type.equals(EventsTest.ANY))
                .toList();
        String shown =
                types.stream().limit(SHOWN_EVENTS).map(type -> "`" + type + "`").collect(Collectors.joining(", "));
        return types.size() <= SHOWN_EVENTS ? shown : shown + " and " + (types.size() - SHOWN_EVENTS) + " more";
    }

    private static String feature() {
        return Catalogue.sources()
                .map(source ->
                        """
                            {
                              "id": "io.infloop:io.infloop.webhook.%s:${project.version}",
                              "start-order": 50,
                              "webhook-source": "%s"
                            }"""
                                .formatted(source.id(), source.id())
                                .indent(4)
                                .stripTrailing())
                .collect(Collectors.joining(
                        ",\n",
                        """
                        {
                          "feature-resource-version": "1.0",
                          "id": "io.infloop:io.infloop.feature.webhooks:${project.version}",
                          "name": "Webhook sources",
                          "description": "One bundle for each sender of webhooks that ships.",
                          "categories": [
                            "plugins"
                          ],
                          "bundles": [
                        """,
                        """

                          ]
                        }
                        """));
    }
}
