package io.infloop.ingress.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.webhook.FormFields;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes signatures and credentials out of a delivery before it is stored or seen by templates. A mark stays in their place, so that
 * whoever looks at the delivery sees that they were there. Immutable, thread-safe.
 */
final class Redaction {
    static final String MARK = "[redacted]";

    private static final byte[] MARK_BYTES = MARK.getBytes(StandardCharsets.US_ASCII);
    private static final Set<String> NEVER = Set.of(
            "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-key", "x-access-key");
    /** Words that give away a signature or a shared token whose scheme we do not know. */
    private static final List<String> TELLTALES = List.of(
            "signature",
            "hmac",
            "token",
            "secret",
            "password",
            "passwd",
            "credential",
            "authorization",
            "api_key",
            "apikey",
            "api-key");

    /** Parameters that some senders use for a secret and others for something a workflow needs. */
    private static final Set<String> MAYBE_IN_QUERY = Set.of("key", "sig", "auth", "access_key", "code", "pwd", "pass");
    /** Shorter values would be found where they are none. */
    private static final int MIN_IN_BODY = 4;
    /** More different ones than any sender has in one body; each is looked for in all of it. */
    private static final int MAX_IN_BODY = 32;

    /**
     * Headers, names in lower case and repeated ones joined.
     *
     * @param stored with marks
     * @param visible to templates: without what is marked
     */
    record Headers(Map<String, String> stored, Map<String, String> visible) {}

    private final Set<String> headers = new LinkedHashSet<>();
    private final Set<String> parameters = new LinkedHashSet<>();
    private final List<ValueLocation> places = new ArrayList<>();

    /** @param credentials the places that the scheme names */
    Redaction(List<ValueLocation> credentials) {
        for (ValueLocation place : credentials) {
            switch (place.from()) {
                case HEADER -> headers.add(place.name().toLowerCase(Locale.ROOT));
                case QUERY -> parameters.add(place.name());
                case BODY, ITEM, FORM -> places.add(place);
            }
        }
    }

    Headers headers(HttpHeaders received) {
        Map<String, String> stored = received.joined();
        Map<String, String> visible = new LinkedHashMap<>(stored);
        for (Map.Entry<String, String> header : stored.entrySet()) {
            String name = header.getKey();
            if (NEVER.contains(name) || headers.contains(name) || tells(name)) {
                header.setValue(MARK);
                visible.remove(name);
            }
        }
        return new Headers(stored, visible);
    }

    /** A query as it may be stored. */
    String query(String rawQuery) {
        if (rawQuery.isEmpty()) {
            return rawQuery;
        }
        StringBuilder query = new StringBuilder();
        for (String parameter : rawQuery.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String rawName = equals < 0 ? parameter : parameter.substring(0, equals);
            List<FormFields.Field> fields = FormFields.urlEncoded(rawName).all();
            String name = fields.isEmpty() ? rawName : fields.get(0).name();
            query.append(query.isEmpty() ? "" : "&").append(rawName);
            if (equals >= 0) {
                query.append('=').append(isSecret(name) ? MARK : parameter.substring(equals + 1));
            }
        }
        return query.toString();
    }

    private boolean isSecret(String parameter) {
        return isHidden(parameter) || MAYBE_IN_QUERY.contains(parameter.toLowerCase(Locale.ROOT));
    }

    /** Whether templates must not see a parameter: what they take over ends up in the journal. */
    boolean isHidden(String parameter) {
        return parameters.contains(parameter) || tells(parameter.toLowerCase(Locale.ROOT));
    }

    private static boolean tells(String name) {
        for (String word : TELLTALES) {
            if (name.contains(word)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The body as it may be stored: as received, but for credentials in it. One that is written in a way we do not find keeps the
     * whole body out.
     *
     * @param readable the same request as it is read
     * @param items of a batch
     */
    byte[] body(WebhookRequest received, WebhookRequest readable, List<Optional<Object>> items) {
        Set<String> values = new LinkedHashSet<>();
        for (ValueLocation place : places) {
            for (Optional<Object> item : place.from() == ValueLocation.From.ITEM ? items : List.of(Optional.empty())) {
                place.read(readable, item)
                        .filter(value -> value.length() >= MIN_IN_BODY)
                        .ifPresent(values::add);
            }
        }
        byte[] body = ReadableBody.bytes(received);
        if (values.size() > MAX_IN_BODY) {
            return MARK_BYTES.clone();
        }
        // A value may be part of another one, which would not be found any more.
        List<String> longestFirst = values.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        for (String value : longestFirst) {
            byte[] without = without(body, value);
            if (without == body) {
                return MARK_BYTES.clone();
            }
            body = without;
        }
        return body;
    }

    /** @return the same array if the value does not occur */
    private static byte[] without(byte[] body, String value) {
        String quoted = Json.write(value);
        String inJson = quoted.substring(1, quoted.length() - 1);
        Set<String> forms = new LinkedHashSet<>(List.of(
                value,
                inJson,
                inJson.replace("/", "\\/"),
                URLEncoder.encode(value, StandardCharsets.UTF_8),
                URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20")));
        byte[] result = body;
        for (String form : forms) {
            result = replaced(result, form.getBytes(StandardCharsets.UTF_8));
        }
        return result;
    }

    private static byte[] replaced(byte[] body, byte[] value) {
        ByteArrayOutputStream result = null;
        int copied = 0;
        ByteSearch search = new ByteSearch(value);
        int at = search.find(body, 0);
        while (at >= 0) {
            result = result == null ? new ByteArrayOutputStream(body.length) : result;
            result.write(body, copied, at - copied);
            result.writeBytes(MARK_BYTES);
            copied = at + value.length;
            at = search.find(body, copied);
        }
        if (result == null) {
            return body;
        }
        result.write(body, copied, body.length - copied);
        return result.toByteArray();
    }
}
