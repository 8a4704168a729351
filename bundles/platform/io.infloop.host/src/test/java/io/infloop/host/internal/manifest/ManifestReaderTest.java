package io.infloop.host.internal.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.Json;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookSource;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestReaderTest {
    private static final String EVENTS = "\"events\":[{\"type\":\"a\",\"displayName\":\"A\",\"fields\":[]}]";

    private static WebhookSource.Descriptor source(String members) throws RefusedException {
        Manifest manifest = ManifestReader.read(
                "x.json",
                ("{\"id\":\"x\",\"displayName\":\"X\"," + members + "}").getBytes(StandardCharsets.UTF_8),
                Optional.of(ManifestKind.WEBHOOK));
        return ((Manifest.OfSource) manifest).content();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            textBlock =
                    """
                    sha256=<hex> | "hex","hexCase":"any" | {"type":"prefix","prefix":"sha256="}
                    hex          | "hex","hexCase":"any" | {"type":"raw"}
                    base64       | "base64"              | {"type":"raw"}
                    """)
    void theFirstSignatureGrammarIsTranslated(String written, String encoding, String format) throws Exception {
        WebhookSource.Descriptor source = source(EVENTS
                + ",\"signature\":{\"header\":\"X-Sig\",\"scheme\":\"hmac-sha256\",\"format\":\"" + written + "\"}");

        assertThat(source.signature().orElseThrow().scheme()).isEqualTo("hmac");
        assertThat(source.signature().orElseThrow().settings())
                .isEqualTo(Json.parse("{\"algorithm\":\"sha256\",\"encoding\":" + encoding
                        + ",\"source\":{\"from\":\"header\",\"name\":\"x-sig\"},\"format\":" + format
                        + ",\"payload\":\"{body}\"}"));
    }

    @Test
    void theSecondSignatureGrammarIsPassedOnWithoutItsScheme() throws Exception {
        WebhookSource.Descriptor source =
                source(EVENTS + ",\"signature\":{\"scheme\":\"ed25519\",\"payload\":\"{timestamp}{body}\"}");

        assertThat(source.signature().orElseThrow().scheme()).isEqualTo("ed25519");
        assertThat(source.signature().orElseThrow().settings())
                .isEqualTo(Json.parse("{\"payload\":\"{timestamp}{body}\"}"));
    }

    @Test
    void placesOfValuesAreRead() throws Exception {
        WebhookSource.Descriptor source = source(EVENTS
                + ",\"icon\":7,\"eventType\":{\"from\":\"body\",\"path\":\"/type\"},"
                + "\"deliveryId\":{\"from\":\"header\",\"name\":\"X-Id\"}");

        assertThat(source.icon()).isEmpty();
        assertThat(source.eventType()).contains(ValueRule.at(ValueLocation.body("/type")));
        assertThat(source.deliveryId()).contains(ValueRule.at(ValueLocation.header("x-id")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            textBlock =
                    """
                    "events":[]                                             | at least one event
                    "events":7                                              | "events" must be an array
                    "events":[{"type":"a","displayName":"A"}]               | event 1: "fields" must be an array
                    "events":[{"type":"a","displayName":"A","fields":[]},{"type":"a","displayName":"B","fields":[]}] | occurs twice
                    "events":[{"type":"a","displayName":"A","fields":[{"path":"p","type":"date"}]}] | string, number, boolean
                    EVENTS,"eventHeader":7                                  | "eventHeader" must be a non-empty string
                    EVENTS,"eventHeader":"a","eventType":{"from":"header","name":"b"} | keep one of them
                    EVENTS,"deliveryId":{"from":"query","name":"b"}         | "from" must be "header" or "body"
                    EVENTS,"deliveryId":{"from":"body","path":"id"}         | JSON Pointer
                    EVENTS,"signature":null                                 | "signature" must be an object
                    EVENTS,"signature":{"scheme":"hmac-sha256","header":"h","format":"sha1=<hex>"} | "format" must be
                    EVENTS,"signature":{"scheme":"hmac-sha256","header":"h","format":"hex","optional":true} | unknown member "optional"
                    EVENTS,"signature":{"header":"h"}                       | "scheme" must be a non-empty string
                    """)
    void mistakesInSourcesAreNamed(String members, String message) {
        assertThatThrownBy(() -> source(members.replace("EVENTS", EVENTS)))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("webhook x.json: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            textBlock =
                    """
                    {"id":"../x","label":"L","description":"d"}      | provider p.json: "id" must begin with a lower-case letter
                    {"id":"x","label":"","description":"d"}          | provider p.json: "label" must be a non-empty string
                    {"id":"x","label":"L","description":"d","transport":[]} | provider p.json: "transport" must be a non-empty string
                    [1]                                              | manifest p.json: not a JSON object
                    {"id":"x"                                        | manifest p.json: not a JSON object
                    """)
    void mistakesInProvidersAreNamed(String document, String message) {
        assertThatThrownBy(() -> ManifestReader.read(
                        "p.json", document.getBytes(StandardCharsets.UTF_8), Optional.of(ManifestKind.PROVIDER)))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void withoutAFolderTheDocumentSaysWhatItIs() throws Exception {
        byte[] provider = "{\"kind\":\"provider\",\"id\":\"x\",\"label\":\"L\",\"description\":\"d\"}"
                .getBytes(StandardCharsets.UTF_8);
        byte[] unknown = "{\"kind\":\"tool\",\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8);

        Manifest read = ManifestReader.read("p.json", provider, Optional.empty());

        assertThat(((Manifest.OfProvider) read).content().transport()).isEqualTo("cli");
        assertThatThrownBy(() -> ManifestReader.read("p.json", unknown, Optional.empty()))
                .hasMessage("manifest p.json: \"kind\" must be \"provider\" or \"webhook\" in this place");
    }
}
