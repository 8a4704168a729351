package io.infloop.node.script.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonParseException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The files through which a Python script is called and answers. They have a directory of their own below the node's, where the
 * script works unless it is told otherwise.
 */
record PythonHarness(Path directory) {
    /** Largest result, in bytes. */
    static final int RESULT_BYTES_MAX = 8 * 1024 * 1024;

    /** What the script returned: nothing, or a value or what is wrong with it. */
    record Result(Optional<Object> value, Optional<String> defect) {
        static final Result NONE = new Result(Optional.empty(), Optional.empty());

        static Result defect(String message) {
            return new Result(Optional.empty(), Optional.of(message));
        }
    }

    static PythonHarness write(Path scratchDirectory, String code) throws IOException {
        Path directory = Files.createTempDirectory(scratchDirectory, "script");
        try (InputStream harness = Objects.requireNonNull(PythonHarness.class.getResourceAsStream("harness.py"))) {
            Files.copy(harness, directory.resolve("harness.py"));
        }
        // Half a character of a pair has no UTF-8 form and is written as a question mark rather than refused.
        Files.write(directory.resolve("script.py"), code.getBytes(StandardCharsets.UTF_8));
        return new PythonHarness(directory);
    }

    List<String> command(String interpreter) {
        return List.of(
                interpreter,
                "-u",
                directory.resolve("harness.py").toString(),
                directory.resolve("script.py").toString(),
                directory.resolve("result.json").toString());
    }

    /** Text is UTF-8 whatever the server's locale says. */
    Map<String, String> environment() {
        return Map.of("PYTHONUTF8", "1", "PYTHONIOENCODING", "utf-8", "PYTHONDONTWRITEBYTECODE", "1");
    }

    Result result() throws IOException {
        Path file = directory.resolve("result.json");
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Result.NONE;
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            bytes = in.readNBytes(RESULT_BYTES_MAX + 1);
        }
        if (bytes.length > RESULT_BYTES_MAX) {
            return Result.defect(
                    "the value returned by run is larger than " + RESULT_BYTES_MAX / (1024 * 1024) + " MiB");
        }
        try {
            return new Result(
                    Optional.ofNullable(Json.parse(new String(bytes, StandardCharsets.UTF_8))), Optional.empty());
        } catch (JsonParseException notAccepted) {
            return Result.defect(
                    "the value returned by run is not JSON this server reads: " + notAccepted.getMessage());
        }
    }
}
