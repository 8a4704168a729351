package io.infloop.host.internal.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.infloop.host.internal.RefusedException;
import io.infloop.signing.declarative.internal.Schemes;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.WebhookSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema that editors use, and the reader that decides, say the same of a manifest wherever a schema can say it. */
class ManifestSchemaTest {
    private static final Path SCHEMA = Path.of("../../../features/schema/webhook-manifest.schema.json");
    /** Not the reader's business: taken whatever they are, as ever. */
    private static final Set<String> FREE = Set.of("kind", "icon", "version", "examplePayload", "json");

    private static final Map<String, SignatureScheme> SCHEMES = Stream.<SignatureScheme>of(
                    new Schemes.Hmac(),
                    new Schemes.Digest(),
                    new Schemes.Ed25519(),
                    new Schemes.Ecdsa(),
                    new Schemes.Rsa(),
                    new Schemes.Jwt(),
                    new Schemes.Token(),
                    new Schemes.Basic())
            .collect(Collectors.toMap(SignatureScheme::id, Function.identity()));

    private static final String START =
            "{\"id\":\"x\",\"displayName\":\"X\",\"events\":[{\"type\":\"a\",\"displayName\":\"A\","
                    + "\"fields\":[{\"path\":\"body.a\",\"type\":\"string\",\"description\":\"d\"}],\"examplePayload\":{\"a\":1}}]";
    private static final String SOURCE = "\"source\":{\"from\":\"header\",\"name\":\"x-sig\"}";

    static List<String> goodManifests() {
        return List.of(
                START + "}",
                START
                        + ",\"eventHeader\":\"X-Event\",\"signature\":{\"header\":\"X-Sig\",\"scheme\":\"hmac-sha256\",\"format\":\"hex\"}}",
                START
                        + """
                        ,"$schema":"s","_note":1,"x-own":true,"kind":"webhook","version":"1","description":"D","docs":"https://a.example",
                        "eventType":{"firstOf":[{"from":"item","path":"/type"},{"template":"{item:/a}.{item:/b}"}]},
                        "deliveryId":{"from":"item","path":"/id"},"replayKey":{"firstKeyExcept":["update_id"]},
                        "batch":{"path":"/events"},"config":[{"name":"appKey","description":"d","required":true}],
                        "contentTypes":["application/json"],"contentEncodings":["identity","gzip"],"methods":["POST"],
                        "requireHeaders":["X-Topic"],"formPayloadParam":"payload","multipart":{"jsonField":"json"},
                        "signature":{"scheme":"hmac","algorithm":"sha256","encoding":"hex","hexCase":"any",
                          "source":{"from":"header","name":"x-sig"},"additionalSources":[{"from":"query","name":"sig"}],
                          "format":{"type":"pairs","itemSeparator":",","keySeparator":"=","signatureKey":"v1","timestampKey":"t","trim":true},
                          "payload":"{id}.{timestamp}.{body}","variables":{"id":{"from":"header","name":"x-id","forbid":"."}},
                          "onMissing":"reject","secretIndex":0,
                          "timestamp":{"source":{"from":"signature"},"unit":"s","type":"string","toleranceSeconds":300,"futureToleranceSeconds":300},
                          "secret":{"encoding":"base64","stripPrefix":"whsec_","normalize":"NFKD"},
                          "when":{"headerPresent":["x-sig"],"queryAbsent":"bodySHA256"},
                          "requireEquals":[{"source":{"from":"header","name":"x-key"},"value":"{config:appKey}"}]},
                        "challenges":[
                          {"when":{"method":"GET","queryEquals":{"hub.verify_token":"{config:appKey}"}},"verifySignature":false,
                           "respond":{"status":200,"contentType":"text/plain","headers":{"x-a":"{query:b}"},"body":"{query:hub.challenge}"}},
                          {"when":{"bodyPresent":"/verification_token","bodyAbsent":["/type"]},"onlyWhileUnbound":true,
                           "captureSecret":{"from":"body","path":"/verification_token"},"respond":{}},
                          {"when":{"bodyEquals":{"/type":1}},"verifySignature":true,"respond":{"json":{"type":1}}}],
                        "ack":{"status":200,"contentType":"text/plain","body":"[accepted]"},"rejectStatus":498,"rejectBody":""}
                        """,
                START + ",\"signature\":{\"scheme\":\"digest\",\"algorithm\":\"sha1\",\"encoding\":\"base64\"," + SOURCE
                        + ",\"payload\":\"{secret}{method}{url}{body}\",\"format\":{\"type\":\"prefix\",\"prefix\":\"a=\"}}}",
                START + ",\"signature\":{\"scheme\":\"ed25519\",\"encoding\":\"hex\"," + SOURCE
                        + ",\"publicKey\":{\"encoding\":\"hex\",\"stripPrefix\":\"whpk_\"}}}",
                START + ",\"signature\":{\"scheme\":\"ecdsa\",\"algorithm\":\"sha256\",\"encoding\":\"base64\","
                        + SOURCE
                        + ",\"publicKey\":{\"encoding\":\"base64-spki\",\"curve\":\"P-256\",\"signatureForm\":\"der\"}}}",
                START + ",\"signature\":{\"scheme\":\"rsa\",\"algorithm\":\"sha512\",\"encoding\":\"base64\"," + SOURCE
                        + ",\"publicKey\":{\"encoding\":\"pem\"}}}",
                START + ",\"signature\":{\"scheme\":\"jwt\"," + SOURCE
                        + ",\"algorithms\":[\"HS256\",\"HS512\"],\"issuer\":\"i\",\"audience\":\"a\",\"requireClaims\":[\"exp\"],"
                        + "\"claims\":{\"h\":\"{body|sha256|hex}\"},\"skewSeconds\":5,\"secret\":{\"encoding\":\"utf8\"},"
                        + "\"timestamp\":{\"source\":{\"from\":\"claim\",\"name\":\"iat\"},\"unit\":\"s\",\"type\":\"number\"}}}",
                START + ",\"batch\":{\"path\":\"\"},\"signature\":{\"scheme\":\"token\"," + SOURCE
                        + ",\"format\":{\"type\":\"raw\"}}}",
                START + ",\"signature\":{\"scheme\":\"basic\",\"username\":\"u\"}}",
                START + ",\"signature\":{\"scheme\":\"code\",\"bundle\":\"aws-sns\",\"anything\":7}}",
                START + ",\"signature\":{\"scheme\":\"example-token\",\"anything\":7}}",
                START + ",\"signature\":{\"scheme\":\"hmac\",\"algorithm\":\"sha1\",\"encoding\":\"base64\"," + SOURCE
                        + ",\"anyOf\":[{\"when\":{\"queryPresent\":\"b\"},\"payload\":\"{url}\"},"
                        + "{\"scheme\":\"token\",\"source\":{\"from\":\"body\",\"path\":\"/token\"}}]}}");
    }

    @ParameterizedTest
    @MethodSource("goodManifests")
    void goodOnesFitBoth(String manifest) throws Exception {
        assertThat(schema().validate(manifest, InputFormat.JSON)).isEmpty();
        assertThat(refusal(manifest)).isEmpty();
    }

    /** Every member of every good manifest is misspelt, removed, and given values of other types. */
    @ParameterizedTest
    @MethodSource("goodManifests")
    void whatTheSchemaRefusesTheReaderRefusesToo(String manifest) throws Exception {
        Schema schema = schema();
        int refusedByBoth = 0;
        for (Object mutant : mutants(Json.parse(manifest))) {
            String written = Json.write(mutant);
            boolean fits = schema.validate(written, InputFormat.JSON).isEmpty();
            if (!fits) {
                assertThat(refusal(written)).as(written).isPresent();
                refusedByBoth++;
            }
        }
        assertThat(refusedByBoth).isGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("goodManifests")
    void bothRefuseMembersThatNobodyKnows(String manifest) throws Exception {
        Schema schema = schema();
        for (Object mutant : misspelt(Json.parse(manifest), "")) {
            String written = Json.write(mutant);
            assertThat(schema.validate(written, InputFormat.JSON)).as(written).isNotEmpty();
            assertThat(refusal(written)).as(written).isPresent();
        }
    }

    @Test
    void theShippedManifestsFit() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("../../plugins"))) {
            List<Path> manifests = files.filter(file -> file.toString().contains("/src/main/")
                            && file.toString().endsWith(".json"))
                    .filter(file -> file.toString().contains("webhook"))
                    .toList();
            assertThat(manifests).isNotEmpty();
            for (Path manifest : manifests) {
                String text = Files.readString(manifest);
                assertThat(schema().validate(text, InputFormat.JSON))
                        .as(manifest.toString())
                        .isEmpty();
                assertThat(refusal(text)).as(manifest.toString()).isEmpty();
            }
        }
    }

    private static Optional<String> refusal(String manifest) {
        try {
            Manifest read = ManifestReader.read(
                    "x.json", manifest.getBytes(StandardCharsets.UTF_8), Optional.of(ManifestKind.WEBHOOK));
            WebhookSource.Descriptor source = ((Manifest.OfSource) read).content();
            if (source.signature().isPresent()) {
                SignatureDeclaration declaration = source.signature().get();
                SignatureScheme scheme = SCHEMES.get(declaration.scheme());
                if (scheme != null) {
                    scheme.check(declaration.settings());
                }
            }
            return Optional.empty();
        } catch (RefusedException | IllegalArgumentException refused) {
            return Optional.of(refused.getMessage());
        }
    }

    /** The value with one place changed, for every place. */
    private static List<Object> mutants(Object value) {
        List<Object> mutants = new ArrayList<>();
        if (value instanceof JsonObject object) {
            object.asMap().forEach((name, member) -> {
                if (FREE.contains(name)) {
                    return;
                }
                mutants.add(object.toBuilder().remove(name).build());
                for (Object other :
                        Arrays.asList(7L, -1L, "?", "", null, true, List.of(), JsonObject.EMPTY, List.of(7L))) {
                    if (other == null || !other.equals(member)) {
                        mutants.add(object.toBuilder().put(name, other).build());
                    }
                }
                mutants(member)
                        .forEach(inner ->
                                mutants.add(object.toBuilder().put(name, inner).build()));
            });
        } else if (value instanceof List<?> elements) {
            for (int i = 0; i < elements.size(); i++) {
                for (Object inner : mutants(elements.get(i))) {
                    List<Object> changed = new ArrayList<>(elements);
                    changed.set(i, inner);
                    mutants.add(changed);
                }
            }
        }
        return mutants;
    }

    /** The value with one unknown member, for every object of the grammar. */
    private static List<Object> misspelt(Object value, String inside) {
        List<Object> mutants = new ArrayList<>();
        boolean open = Set.of("variables", "claims", "headers", "queryEquals", "bodyEquals")
                .contains(inside);
        if (value instanceof JsonObject object) {
            if (!open
                    && !object.string("scheme")
                            .filter(id -> !SCHEMES.containsKey(id))
                            .isPresent()) {
                mutants.add(object.toBuilder().put("unknownMember", "a").build());
            }
            object.asMap().forEach((name, member) -> {
                if (!FREE.contains(name)) {
                    misspelt(member, name)
                            .forEach(inner -> mutants.add(
                                    object.toBuilder().put(name, inner).build()));
                }
            });
        } else if (value instanceof List<?> elements) {
            for (int i = 0; i < elements.size(); i++) {
                for (Object inner : misspelt(elements.get(i), inside)) {
                    List<Object> changed = new ArrayList<>(elements);
                    changed.set(i, inner);
                    mutants.add(changed);
                }
            }
        }
        return mutants;
    }

    private static Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(SCHEMA), InputFormat.JSON);
    }
}
