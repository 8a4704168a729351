package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import io.infloop.spi.provider.ProviderManifest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Turns the bytes of a manifest into a {@link Manifest}, or says what is wrong with them. */
public final class ManifestReader {
    /** Largest manifest, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    private ManifestReader() {}

    /**
     * @param name of the file or entry, for messages
     * @param folder what the folder says the manifest is; without it the document's {@code kind} decides
     */
    public static Manifest read(String name, byte[] bytes, Optional<ManifestKind> folder) throws RefusedException {
        JsonObject document = document(name, bytes);
        ManifestKind kind = folder.isPresent() ? folder.get() : kindOf(name, document);
        Fields fields = new Fields(kind.text() + " " + name, document);
        return switch (kind) {
            case PROVIDER -> new Manifest.OfProvider(provider(fields));
            case WEBHOOK -> new Manifest.OfSource(WebhookManifests.read(fields));
        };
    }

    private static JsonObject document(String name, byte[] bytes) throws RefusedException {
        if (bytes.length > MAX_BYTES) {
            throw new RefusedException("manifest " + name + ": larger than 1 MiB; a manifest is a few kilobytes");
        }
        try {
            return Json.parseObject(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            throw new RefusedException("manifest " + name + ": not UTF-8; save it in that encoding");
        } catch (JsonParseException notJson) {
            throw new RefusedException("manifest " + name + ": not a JSON object: " + notJson.getMessage());
        }
    }

    private static ManifestKind kindOf(String name, JsonObject document) throws RefusedException {
        return document.string("kind")
                .flatMap(ManifestKind::of)
                .orElseThrow(() -> new RefusedException(
                        "manifest " + name + ": \"kind\" must be \"provider\" or \"webhook\" in this place"));
    }

    private static ProviderManifest provider(Fields fields) throws RefusedException {
        String id = fields.contributionId("id");
        String transport = fields.object().get("transport") == null ? "cli" : fields.contributionId("transport");
        return new ProviderManifest(
                id,
                fields.text("label"),
                fields.text("description"),
                fields.optionalText("glyph"),
                transport,
                fields.object());
    }
}
