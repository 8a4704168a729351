package io.infloop.spi.webhook;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How the server answers a handshake: data, no code. Rules are tried in order, before any event is looked for; the first whose
 * condition holds answers, and there is no run.
 *
 * <p>What is echoed is at most {@value #MAX_ECHO} printable ASCII characters, as {@code text/plain} or inside JSON. Otherwise the
 * answer is missing, and the request goes on as any other.
 *
 * @param verifySignature the request must be genuine first; {@code false} only where the sender does not sign the handshake
 * @param onlyWhileUnbound holds only while the trigger has no secret
 * @param captureSecret where the request carries the secret that the trigger takes over; implies {@code onlyWhileUnbound}: a
 *     stranger must not replace a secret
 */
public record ChallengeRule(
        RequestCondition when,
        boolean verifySignature,
        boolean onlyWhileUnbound,
        Optional<ValueLocation> captureSecret,
        Respond respond) {
    /** Longest value that is echoed, in characters. */
    public static final int MAX_ECHO = 1_024;

    public ChallengeRule {
        onlyWhileUnbound = onlyWhileUnbound || captureSecret.isPresent();
        if (verifySignature && onlyWhileUnbound) {
            throw new IllegalArgumentException(
                    "while a trigger has no secret there is nothing to verify; a rule that holds only then has \"verifySignature\": false");
        }
    }

    /**
     * The answer.
     *
     * @param headers name to value
     * @param body what is sent; empty with {@code json}
     * @param json the document in which texts are {@link RequestTemplate}s; made with {@link #json(int, Map, Object)}
     */
    public record Respond(
            int status,
            String contentType,
            Map<String, RequestTemplate> headers,
            Optional<RequestTemplate> body,
            Optional<Object> json) {
        private static final String TEXT = "text/plain";

        public Respond {
            headers = Map.copyOf(headers);
            if (status < 200 || status > 599) {
                throw new IllegalArgumentException("a status is 200 to 599: " + status);
            }
            if (body.isPresent() == json.isPresent()) {
                throw new IllegalArgumentException("an answer has either \"body\" or \"json\"");
            }
            if (!Printable.is(contentType)) {
                throw new IllegalArgumentException("a content type such as text/plain is expected");
            }
            boolean echoes = body.isPresent() && !body.get().isFixed();
            if (echoes && !mediaType(contentType).equals(TEXT)) {
                throw new IllegalArgumentException("what is echoed is sent as text/plain or inside \"json\"");
            }
            if (json.isPresent() && !mediaType(contentType).equals("application/json")) {
                throw new IllegalArgumentException("with \"json\" the content type is application/json");
            }
            FixedReply.requireData(contentType);
        }

        /** An answer in plain text. */
        public static Respond text(int status, Map<String, RequestTemplate> headers, RequestTemplate body) {
            return new Respond(status, TEXT, headers, Optional.of(body), Optional.empty());
        }

        /**
         * An answer in JSON.
         *
         * @param document JSON value whose texts are templates, names of members are not
         * @throws IllegalArgumentException if one of the texts is no template
         */
        public static Respond json(int status, Map<String, RequestTemplate> headers, Object document) {
            return new Respond(
                    status, "application/json", headers, Optional.empty(), Optional.of(compiled(Json.copy(document))));
        }

        /** The answer; empty when a place is missing or holds what must not be echoed. */
        public Optional<HttpReply> render(RequestTemplate.Values values) {
            Map<String, String> rendered = new LinkedHashMap<>();
            for (Map.Entry<String, RequestTemplate> header : headers.entrySet()) {
                Optional<String> value = echo(header.getValue(), values);
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                rendered.put(header.getKey(), value.get());
            }
            rendered.put("X-Content-Type-Options", "nosniff");
            Optional<String> text = body.isPresent()
                    ? echo(body.get(), values)
                    : Optional.ofNullable(filled(json.orElseThrow(), values)).map(Json::write);
            return text.map(content -> new HttpReply(status, rendered, contentType, content));
        }

        /** Every template in it. */
        public List<RequestTemplate> templates() {
            List<RequestTemplate> templates = new ArrayList<>(headers.values());
            body.ifPresent(templates::add);
            json.ifPresent(document -> collect(document, templates));
            return templates;
        }

        private static Optional<String> echo(RequestTemplate template, RequestTemplate.Values values) {
            if (template.isFixed()) {
                return template.renderText(values);
            }
            return template.render(values)
                    .filter(bytes -> bytes.length > 0 && bytes.length <= MAX_ECHO && Printable.is(bytes))
                    .map(bytes -> new String(bytes, StandardCharsets.US_ASCII));
        }

        private static Object compiled(Object json) {
            if (json instanceof String text) {
                return RequestTemplate.compile(text);
            }
            if (json instanceof List<?> elements) {
                return elements.stream().map(Respond::compiled).toList();
            }
            if (json instanceof JsonObject object) {
                Map<String, Object> members = new LinkedHashMap<>();
                object.asMap().forEach((name, value) -> members.put(name, compiled(notNull(value))));
                return members;
            }
            return notNull(json);
        }

        private static Object notNull(Object value) {
            if (value == null) {
                throw new IllegalArgumentException("an answer in JSON has no null");
            }
            return value;
        }

        /** The document as a value of {@link Json}, or null when a place is missing. */
        private static Object filled(Object template, RequestTemplate.Values values) {
            if (template instanceof RequestTemplate text) {
                return echo(text, values).orElse(null);
            }
            if (template instanceof List<?> elements) {
                List<Object> filled = new ArrayList<>();
                for (Object element : elements) {
                    filled.add(filled(element, values));
                }
                return filled.contains(null) ? null : Json.copy(filled);
            }
            if (template instanceof Map<?, ?> members) {
                JsonObject.Builder filled = JsonObject.builder();
                for (Map.Entry<?, ?> member : members.entrySet()) {
                    Object value = filled(member.getValue(), values);
                    if (value == null) {
                        return null;
                    }
                    filled.put((String) member.getKey(), value);
                }
                return filled.build();
            }
            return template;
        }

        private static void collect(Object document, List<RequestTemplate> templates) {
            if (document instanceof RequestTemplate template) {
                templates.add(template);
            } else if (document instanceof List<?> elements) {
                elements.forEach(element -> collect(element, templates));
            } else if (document instanceof Map<?, ?> members) {
                members.values().forEach(value -> collect(value, templates));
            }
        }

        private static String mediaType(String contentType) {
            int semicolon = contentType.indexOf(';');
            return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                    .strip()
                    .toLowerCase(Locale.ROOT);
        }
    }
}
