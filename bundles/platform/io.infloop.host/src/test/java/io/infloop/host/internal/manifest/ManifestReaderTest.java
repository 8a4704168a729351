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

    @Test
    void theBodyItselfMayBeTheBatch() throws Exception {
        WebhookSource.Descriptor source =
                source(EVENTS + ",\"batch\":{\"path\":\"\"},\"deliveryId\":{\"from\":\"item\",\"path\":\"/id\"}");

        assertThat(source.batch()).contains("");
    }

    @Test
    void everyMemberOfTheGrammarIsRead() throws Exception {
        WebhookSource.Descriptor source = source(
                EVENTS
                        + """
                ,"$schema":"x","_note":"n","x-own":1,"version":"1.2","description":"D","docs":"https://a.example/hooks",
                "eventType":{"firstOf":[{"from":"item","path":"/type"},{"template":"{item:/a}.{header:x-b}"}]},
                "deliveryId":{"from":"item","path":"/id"},"replayKey":{"template":"{item:/id}-{item:/v}"},
                "batch":{"path":"/events"},
                "config":[{"name":"verifyToken","description":"as at the sender","required":true}],
                "contentTypes":["Application/JSON"],"contentEncodings":["identity","gzip"],"methods":["POST","PUT"],
                "requireHeaders":["X-Topic"],"formPayloadParam":"payload","multipart":{"jsonField":"json"},
                "signature":{"scheme":"code","bundle":"aws-sns","topic":"{config:verifyToken}"},
                "challenges":[
                  {"when":{"method":"GET","queryPresent":["hub.challenge"],"queryEquals":{"hub.verify_token":"{config:verifyToken}"}},
                   "verifySignature":false,"respond":{"body":"{query:hub.challenge}"}},
                  {"when":{"headerPresent":"X-Hook-Secret"},"captureSecret":{"from":"header","name":"X-Hook-Secret"},
                   "respond":{"headers":{"X-Hook-Secret":"{header:x-hook-secret}"}}},
                  {"when":{"bodyEquals":{"/event":"endpoint.url_validation"}},
                   "respond":{"json":{"plainToken":"{body:/payload/plainToken}",
                              "encryptedToken":"{body:/payload/plainToken|hmac-sha256|hex}"}}}],
                "ack":{"status":200,"body":"[accepted]"},"rejectStatus":498,"rejectBody":""
                """);

        assertThat(source.description()).contains("D");
        assertThat(source.docsUrl()).contains("https://a.example/hooks");
        assertThat(source.batch()).contains("/events");
        assertThat(source.eventType().orElseThrow()).isInstanceOf(ValueRule.FirstOf.class);
        assertThat(source.signature().orElseThrow().scheme()).isEqualTo("aws-sns");
        assertThat(source.signature().orElseThrow().settings())
                .isEqualTo(Json.parse("{\"topic\":\"{config:verifyToken}\"}"));
        assertThat(source.config()).hasSize(1);
        assertThat(source.intake().contentTypes()).containsExactly("application/json");
        assertThat(source.intake().contentEncodings()).containsExactlyInAnyOrder("identity", "gzip");
        assertThat(source.intake().requireHeaders()).containsExactly("x-topic");
        assertThat(source.intake().formPayloadParam()).contains("payload");
        assertThat(source.intake().multipartJsonField()).contains("json");
        assertThat(source.challenges())
                .extracting(rule -> rule.verifySignature() + " " + rule.onlyWhileUnbound())
                .containsExactly("false false", "false true", "true false");
        assertThat(source.ack().orElseThrow().body()).isEqualTo("[accepted]");
        assertThat(source.reject().orElseThrow().status()).isEqualTo(498);
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
                    EVENTS,"deliveryId":{"from":"cookie","name":"b"}        | "deliveryId": from: expected header, query, body
                    EVENTS,"deliveryId":{"from":"body","path":"id"}         | JSON Pointer
                    EVENTS,"deliveryId":{"from":"body","name":"/id"}        | name: unknown member; known here: from, path
                    EVENTS,"deliveryId":{"from":"item","path":"/id"}        | needs a "batch"
                    EVENTS,"deliveryId":{"template":"{secret}"}             | made of the request alone
                    EVENTS,"deliveryId":{"template":"{body:/a"}             | is not closed
                    EVENTS,"eventType":{"firstKeyExcept":"a"}               | "firstKeyExcept" must be a list
                    EVENTS,"batch":"/events"                                | "batch" must be an object
                    EVENTS,"batch":{"path":"events"}                        | begins with '/'
                    EVENTS,"delivryId":{"from":"header","name":"b"}         | delivryId: unknown member; did you mean "deliveryId"?
                    EVENTS,"docs":"http://a.example"                        | https://
                    EVENTS,"contentTypes":["json"]                          | media types
                    EVENTS,"contentEncodings":["br"]                        | gzip, identity
                    EVENTS,"methods":["GET"]                                | POST, PUT
                    EVENTS,"config":[{"name":"App"}]                        | small letter
                    EVENTS,"config":[{"name":"a"},{"name":"a"}]             | occurs twice
                    EVENTS,"ack":{"status":500}                             | between 200 and 299
                    EVENTS,"rejectStatus":200                               | between 400 and 499
                    EVENTS,"challenges":[{"respond":{}}]                    | "when" is missing
                    EVENTS,"challenges":[{"when":{},"respond":{}}]          | at least one part
                    EVENTS,"challenges":[{"when":{"method":"GET"}}]         | "respond" is missing
                    EVENTS,"challenges":[{"when":{"method":"GET"},"verifySignature":true,"respond":{}}] | needs a "signature"
                    EVENTS,"challenges":[{"when":{"method":"GET"},"respond":{"contentType":"text/html","body":"{query:a}"}}] | text/plain or inside "json"
                    EVENTS,"challenges":[{"when":{"method":"GET"},"respond":{"body":"{timestamp}"}}] | no place {timestamp}
                    EVENTS,"challenges":[{"when":{"queryEquals":{"a":"{config:b}"}},"respond":{}}] | no field "b"
                    EVENTS,"challenges":[{"when":{"method":"GET"},"respond":{"json":{},"body":""}}] | keep it alone
                    EVENTS,"signature":{"scheme":"hmac","requireEquals":[{"value":"{config:key}"}]} | no field "key"
                    EVENTS,"signature":{"scheme":"code"}                    | "bundle" must be a non-empty string
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
