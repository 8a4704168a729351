package io.infloop.host.internal.folder;

import io.infloop.host.internal.manifest.ManifestReader;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonParseException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/** Whether a file looks as if it had been written to its end. */
final class Completeness {
    private Completeness() {}

    static boolean isWhole(Path file) {
        return file.toString().endsWith(".json") ? isWholeJson(file) : isWholeJar(file);
    }

    /** The directory of a zip file is written last. */
    private static boolean isWholeJar(Path file) {
        try {
            if (JarBounds.excess(file).isPresent()) {
                // It will be refused, and waiting makes it no smaller.
                return true;
            }
            try (ZipFile zip = new ZipFile(file.toFile())) {
                return zip.size() > 0;
            }
        } catch (IOException | IllegalArgumentException incomplete) {
            return false;
        }
    }

    private static boolean isWholeJson(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] content = stream.readNBytes(ManifestReader.MAX_BYTES + 1);
            if (content.length <= ManifestReader.MAX_BYTES) {
                Json.parse(new String(content, StandardCharsets.UTF_8));
            }
            return true;
        } catch (IOException | JsonParseException incomplete) {
            return false;
        }
    }
}
