package io.infloop.launcher.boot;

import io.infloop.launcher.handover.Environment;
import jakarta.json.Json;
import jakarta.json.stream.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which webhook sources the triggers of a data directory name, read before anything that knows triggers runs. Names more rather than
 * fewer, and says nothing at all as soon as one file is not as expected: then every source is waited for.
 */
final class UsedSources {
    private static final String DIRECTORY = "INFLOOP_TRIGGERS_DIR";
    private static final String MEMBER = "pluginId";

    /** As many, and as large, as the store of triggers takes. */
    private static final int MAX_FILES = 10_000;

    private static final long MAX_BYTES = 1024L * 1024;

    /** Beyond it, reading takes as long as what it saves. */
    private static final long MAX_BYTES_IN_ALL = 16 * MAX_BYTES;

    private UsedSources() {}

    /** The ids; empty if it cannot be told. */
    static Optional<Set<String>> read(LaunchPlan plan) {
        return directory(plan.environment(), plan.dataDirectory()).flatMap(UsedSources::read);
    }

    /** What a path that is not absolute stands for is up to the settings, which are not read yet. */
    private static Optional<Path> directory(Environment environment, Path data) {
        Optional<String> set = environment.get(DIRECTORY);
        return set.isEmpty()
                ? Optional.of(data.resolve("triggers"))
                : set.map(String::strip).filter(path -> path.startsWith("/")).map(Path::of);
    }

    static Optional<Set<String>> read(Path directory) {
        Set<String> ids = new HashSet<>();
        int files = 0;
        long bytes = 0;
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : found) {
                long size = Files.size(file);
                bytes += size;
                files++;
                boolean readable = Files.isRegularFile(file) && size <= MAX_BYTES;
                if (!readable || bytes > MAX_BYTES_IN_ALL || files > MAX_FILES || !addFrom(file, ids)) {
                    return Optional.empty();
                }
            }
            return Optional.of(Set.copyOf(ids));
        } catch (NoSuchFileException absent) {
            return Files.exists(directory, LinkOption.NOFOLLOW_LINKS) ? Optional.empty() : Optional.of(Set.of());
        } catch (IOException | RuntimeException unreadable) {
            // The parser has several ways to say that a text is none, one of them for depth alone.
            return Optional.empty();
        }
    }

    /** @return false if the file is no trigger */
    private static boolean addFrom(Path file, Set<String> ids) throws IOException {
        boolean named = false;
        boolean wanted = false;
        int depth = 0;
        try (InputStream content = Files.newInputStream(file);
                JsonParser parser = Json.createParser(content)) {
            // Not by the parser's ways to skip a value, which never return from a file that ends within it.
            do {
                JsonParser.Event event = parser.next();
                switch (event) {
                    case START_OBJECT, START_ARRAY -> depth++;
                    case END_OBJECT, END_ARRAY -> depth--;
                    case VALUE_STRING -> {
                        if (wanted && depth == 1) {
                            named = true;
                            ids.add(parser.getString());
                        }
                    }
                    case KEY_NAME, VALUE_NUMBER, VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> {
                        // Says nothing about the source.
                    }
                }
                wanted = event == JsonParser.Event.KEY_NAME
                        && depth == 1
                        && parser.getString().equals(MEMBER);
            } while (depth > 0);
            return named && !parser.hasNext();
        }
    }
}
