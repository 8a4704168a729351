package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.error.ErrorCode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Server;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** docs/openapi.yaml describes what the distribution answers: each pattern that is registered, each path, each method, no more. */
class OpenApiIT {
    private static final Path FILE = Path.of("../../../docs/openapi.yaml");
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "options", "head");
    /** Answers what no other one does. */
    private static final String FALLBACK = "/api/*";

    private static final Pattern PROPERTY = Pattern.compile(
            "<property name=\"osgi\\.http\\.whiteboard\\.servlet\\.pattern\"(?:[^>]*value=\"([^\"]*)\"[^>]*/>|[^>]*>([^<]*)</property>)");
    private static final Pattern PARAMETER = Pattern.compile("\\{([A-Za-z]+)}");

    private static Map<String, Object> document;
    private static Map<String, Object> paths;

    @BeforeAll
    static void read() throws IOException {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        document = map(new Yaml(new SafeConstructor(strict)).load(Files.readString(FILE)));
        paths = map(document.get("paths"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        return node == null ? Map.of() : (Map<String, Object>) node;
    }

    @Test
    void everyRegisteredPatternIsDescribedAndNothingElse() throws IOException {
        Set<String> patterns = registeredPatterns();
        assertThat(patterns)
                .as("the distribution has servlets")
                .hasSizeGreaterThan(20)
                .contains(FALLBACK);
        List<String> undescribed = new ArrayList<>();
        for (String pattern : patterns) {
            boolean described = pattern.endsWith("/*")
                    ? paths.keySet().stream()
                            .anyMatch(path -> path.startsWith(pattern.substring(0, pattern.length() - 1)))
                    : paths.containsKey(pattern);
            if (!described) {
                undescribed.add(pattern);
            }
        }
        assertThat(undescribed).as("registered, but not in docs/openapi.yaml").isEmpty();
        assertThat(paths.keySet())
                .as("in docs/openapi.yaml, but registered by nobody")
                .allMatch(path ->
                        patterns.stream().anyMatch(pattern -> !pattern.equals(FALLBACK) && fits(pattern, path)));
    }

    private static boolean fits(String pattern, String path) {
        return pattern.endsWith("/*")
                ? path.startsWith(pattern.substring(0, pattern.length() - 1))
                : path.equals(pattern);
    }

    /** What the bundles of the distribution register when their components are satisfied. */
    private static Set<String> registeredPatterns() throws IOException {
        Set<String> patterns = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Distribution.home().resolve("repository"))) {
            for (Path jar : files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> file.getFileName().toString().startsWith("io.infloop."))
                    .toList()) {
                patterns.addAll(patterns(jar));
            }
        }
        return patterns;
    }

    private static Set<String> patterns(Path bundle) throws IOException {
        Set<String> patterns = new TreeSet<>();
        try (JarFile jar = new JarFile(bundle.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (!entry.getName().matches("OSGI-INF/[^/]+\\.xml")) {
                    continue;
                }
                try (InputStream input = jar.getInputStream(entry)) {
                    Matcher found = PROPERTY.matcher(new String(input.readAllBytes(), StandardCharsets.UTF_8));
                    while (found.find()) {
                        String values = found.group(1) == null ? found.group(2) : found.group(1);
                        values.strip().lines().map(String::strip).forEach(patterns::add);
                    }
                }
            }
        }
        return patterns;
    }

    @Test
    void everyPathAnswersTheMethodsThatAreDescribed() throws Exception {
        Server server = SharedServer.get();
        Map<String, Set<String>> described = new TreeMap<>();
        Map<String, Set<String>> answered = new TreeMap<>();
        HttpClient client = HttpClient.newHttpClient();
        for (String path : paths.keySet()) {
            Set<String> methods = new TreeSet<>();
            operations(path).keySet().forEach(method -> methods.add(method.toUpperCase(Locale.ROOT)));
            described.put(path, methods);
            // No resource has this method; the refusal names those it has.
            HttpResponse<String> reply = client.send(
                    HttpRequest.newBuilder(server.uri(example(path)))
                            .method("PROPFIND", HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            Set<String> allowed = new TreeSet<>();
            if (reply.statusCode() == 405) {
                reply.headers()
                        .firstValue("allow")
                        .ifPresent(value -> allowed.addAll(Arrays.asList(value.split(", "))));
            } else {
                allowed.add("status " + reply.statusCode());
            }
            answered.put(path, allowed);
        }

        assertThat(answered).isEqualTo(described);
    }

    /** The path with the example of each parameter. */
    private static String example(String path) {
        Map<String, String> examples = new LinkedHashMap<>();
        for (Object parameter : (List<?>) map(paths.get(path)).getOrDefault("parameters", List.of())) {
            Map<String, Object> resolved = resolved(parameter);
            examples.put(String.valueOf(resolved.get("name")), String.valueOf(resolved.get("example")));
        }
        Matcher found = PARAMETER.matcher(path);
        StringBuilder text = new StringBuilder();
        while (found.find()) {
            assertThat(examples).as(path).containsKey(found.group(1));
            found.appendReplacement(text, Matcher.quoteReplacement(examples.get(found.group(1))));
        }
        return found.appendTail(text).toString();
    }

    private static Map<String, Object> operations(String path) {
        Map<String, Object> operations = new LinkedHashMap<>(map(paths.get(path)));
        operations.keySet().retainAll(METHODS);
        return operations;
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> missing = new ArrayList<>();
        references(document).stream()
                .filter(reference -> target(reference) == null)
                .forEach(missing::add);
        assertThat(missing).isEmpty();
        assertThat(String.valueOf(document.get("openapi"))).startsWith("3.1.");
    }

    private static Set<String> references(Object node) {
        Set<String> references = new TreeSet<>();
        if (node instanceof Map<?, ?> members) {
            members.forEach((name, value) -> {
                if ("$ref".equals(name)) {
                    references.add(String.valueOf(value));
                } else {
                    references.addAll(references(value));
                }
            });
        } else if (node instanceof List<?> elements) {
            elements.forEach(element -> references.addAll(references(element)));
        }
        return references;
    }

    private static Object target(String reference) {
        Object node = document;
        for (String key : reference.substring(2).split("/")) {
            node = node instanceof Map<?, ?> members ? members.get(key) : null;
        }
        return node;
    }

    private static Map<String, Object> resolved(Object node) {
        Object reference = map(node).get("$ref");
        return reference == null ? map(node) : map(target(String.valueOf(reference)));
    }

    @Test
    void everyOperationIsComplete() {
        Set<String> ids = new TreeSet<>();
        List<String> problems = new ArrayList<>();
        for (String path : paths.keySet()) {
            operations(path).forEach((method, node) -> {
                Map<String, Object> operation = map(node);
                String name = method + " " + path;
                if (!ids.add(String.valueOf(operation.get("operationId")))) {
                    problems.add(name + ": its operationId is in use");
                }
                if (!operation.containsKey("summary") || !operation.containsKey("tags")) {
                    problems.add(name + ": no summary or tags");
                }
                Map<String, Object> responses = map(operation.get("responses"));
                if (responses.keySet().stream().noneMatch(status -> status.matches("2..|303"))) {
                    problems.add(name + ": no answer for success");
                }
                boolean open = List.of().equals(operation.get("security"));
                if (!open && !responses.containsKey("401")) {
                    problems.add(name + ": no 401");
                }
                responses.forEach((status, response) -> {
                    if (status.matches("[45]..") && path.startsWith("/api/") && !hasErrorBody(response)) {
                        problems.add(name + ": " + status + " without the body of errors");
                    }
                });
            });
        }
        assertThat(problems).isEmpty();
    }

    private static boolean hasErrorBody(Object response) {
        Map<String, Object> content = map(resolved(response).get("content"));
        Map<String, Object> schema = map(map(content.get("application/json")).get("schema"));
        return "#/components/schemas/Error".equals(schema.get("$ref"));
    }

    @Test
    void whatNeedsNoCredentialsIsSaid() throws Exception {
        List<String> wrong = new ArrayList<>();
        HttpClient client = HttpClient.newHttpClient();
        try (Server server = Server.on(
                        Distribution.temporaryDirectory("openapi").resolve("data"))
                .with("INFLOOP_API_TOKEN", "a-token-of-more-than-enough-length")
                .start()) {
            for (String path : paths.keySet()) {
                for (Map.Entry<String, Object> operation : operations(path).entrySet()) {
                    boolean open = List.of().equals(map(operation.getValue()).get("security"));
                    HttpResponse<String> reply = client.send(
                            HttpRequest.newBuilder(server.uri(example(path)))
                                    .header("content-type", "application/json")
                                    .method(
                                            operation.getKey().toUpperCase(Locale.ROOT),
                                            HttpRequest.BodyPublishers.ofString("{}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
                    boolean refused = reply.statusCode() == 401 && reply.body().contains("\"unauthorized\"");
                    if (refused == open) {
                        wrong.add(operation.getKey() + " " + path + ": " + reply.statusCode());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void theErrorsAreThoseOfTheServer() {
        List<?> described =
                (List<?>) map(target("#/components/schemas/ErrorCode")).get("enum");

        assertThat(described.stream().map(String::valueOf).toList())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(ErrorCode.values()).map(ErrorCode::text).toList());
    }
}
