package io.infloop.spi.webhook;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A text with places of a request in it, for example <code>{timestamp}.{body}</code>: what a sender signs, or what it is answered.
 *
 * <table>
 * <caption>Places</caption>
 * <tr><td><code>{body}</code></td><td>the raw bytes</td></tr>
 * <tr><td><code>{method}</code> <code>{url}</code></td><td>the URL is the one configured for the trigger, with the query of the
 * request in place of its own; it is never made of headers</td></tr>
 * <tr><td><code>{body:/json/pointer}</code> <code>{item:/json/pointer}</code> <code>{header:x}</code> <code>{query:x}</code>
 * <code>{form:x}</code></td><td>as in {@link ValueLocation}</td></tr>
 * <tr><td><code>{form.sortedConcat}</code></td><td>the fields of a URL-encoded form body, names and values joined without anything between
 * them, ordered by name; equal fields once</td></tr>
 * <tr><td><code>{config:x}</code></td><td>a value of the trigger</td></tr>
 * <tr><td><code>{timestamp}</code> <code>{secret}</code> <code>{id}</code> and other names</td><td>whatever
 * {@link Values#value} knows</td></tr>
 * </table>
 *
 * <p>Filters follow after {@code |}, from left to right: {@code sha1}, {@code sha256}, {@code sha384}, {@code sha512},
 * {@code crc32dec}, {@code hmac-sha1}, {@code hmac-sha256}, {@code hmac-sha512} (key: the value {@code secret}), {@code hex},
 * {@code base64}, {@code base64url}, {@code urldecode}, {@code hubspotUrlDecode}, {@code withPort}, {@code withoutPort} (the default
 * port of a URL), {@code lower}. Outside of places <code>{{</code> and <code>}}</code> are single braces.
 *
 * <p>Rendering works on bytes, takes time linear in the request, and is bounded. Immutable, thread-safe.
 */
public final class RequestTemplate {
    /** Longest template, in characters. */
    public static final int MAX_LENGTH = 4_096;
    /** Most places in one template. */
    public static final int MAX_PLACES = 32;
    /** Longest text that is rendered, and most that its filters read and make, in bytes; beyond it there is nothing to render. */
    public static final int MAX_RENDERED = 64 << 20;

    /** What a template reads. */
    public interface Values {
        WebhookRequest request();

        /** The element, when the request is a batch that was split. */
        default Optional<Object> item() {
            return Optional.empty();
        }

        /** A value by its name, e.g. {@code timestamp} or {@code secret}. */
        default Optional<byte[]> value(String name) {
            return Optional.empty();
        }

        /** A value of the trigger. */
        default Optional<String> config(String name) {
            return Optional.empty();
        }

        /**
         * Whether a place at which the request has nothing counts as empty; otherwise there is nothing to render. Something that
         * cannot be used, such as a repeated header, an object in place of a text or a body that is not JSON, never counts as
         * empty: who sends it could blank out what is signed.
         */
        default boolean missingIsEmpty() {
            return false;
        }

        /** The request alone. */
        static Values of(WebhookRequest request) {
            return () -> request;
        }

        /** The request, one of its elements, and the trigger's values. */
        static Values of(WebhookRequest request, Optional<Object> item, Map<String, String> config) {
            return new Values() {
                @Override
                public WebhookRequest request() {
                    return request;
                }

                @Override
                public Optional<Object> item() {
                    return item;
                }

                @Override
                public Optional<String> config(String name) {
                    return Optional.ofNullable(config.get(name));
                }
            };
        }
    }

    private final String source;
    private final List<TemplatePart> parts;

    private RequestTemplate(String source, List<TemplatePart> parts) {
        this.source = source;
        this.parts = List.copyOf(parts);
    }

    /** @throws IllegalArgumentException if it is no template; the message says where */
    public static RequestTemplate compile(String source) {
        return new RequestTemplate(source, TemplateReader.read(source));
    }

    /** A template that renders this text and nothing else. */
    public static RequestTemplate fixed(String text) {
        return compile(text.replace("{", "{{").replace("}", "}}"));
    }

    /** As it was written. */
    public String source() {
        return source;
    }

    /** True for the template <code>{body}</code>. */
    public boolean isBody() {
        return parts.size() == 1
                && parts.get(0) instanceof TemplatePart.Place place
                && place.atom() == TemplatePart.Atom.BODY
                && place.filters().isEmpty();
    }

    /** True if nothing of the request is in it. */
    public boolean isFixed() {
        return places().isEmpty();
    }

    /** The names that {@link Values#value} is asked for, {@code secret} for the filters that need a key. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (TemplatePart.Place place : places()) {
            if (place.atom() == TemplatePart.Atom.NAME) {
                names.add(place.argument());
            }
            if (place.filters().stream().anyMatch(TemplateFilter::keyed)) {
                names.add("secret");
            }
        }
        return names;
    }

    /** The names that {@link Values#config} is asked for. */
    public Set<String> configNames() {
        Set<String> names = new TreeSet<>();
        for (TemplatePart.Place place : places()) {
            if (place.atom() == TemplatePart.Atom.CONFIG) {
                names.add(place.argument());
            }
        }
        return names;
    }

    /** The single values of the request that are in it. */
    public List<ValueLocation> locations() {
        return places().stream().flatMap(place -> place.location().stream()).toList();
    }

    /** Whether the raw body is in it, whole or as a form. */
    public boolean hasBody() {
        return places().stream()
                .anyMatch(place ->
                        place.atom() == TemplatePart.Atom.BODY || place.atom() == TemplatePart.Atom.FORM_SORTED_CONCAT);
    }

    /** Whether the configured URL is in it. */
    public boolean hasUrl() {
        return places().stream().anyMatch(place -> place.atom() == TemplatePart.Atom.URL);
    }

    /** The text; empty when a place is missing. */
    public Optional<byte[]> render(Values values) {
        Optional<List<ByteBuffer>> rendered = pieces(values);
        if (rendered.isEmpty()) {
            return Optional.empty();
        }
        int length = 0;
        for (ByteBuffer piece : rendered.get()) {
            length += piece.remaining();
        }
        byte[] text = new byte[length];
        int at = 0;
        for (ByteBuffer piece : rendered.get()) {
            int size = piece.remaining();
            piece.get(text, at, size);
            at += size;
        }
        return Optional.of(text);
    }

    /** The rendered bytes as text. */
    public Optional<String> renderText(Values values) {
        return render(values).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /**
     * The text in pieces, without a copy of the body; empty when a place is missing. The buffers may be read-only; their positions
     * are the caller's.
     */
    public Optional<List<ByteBuffer>> pieces(Values values) {
        List<ByteBuffer> pieces = new ArrayList<>(parts.size());
        long length = 0;
        TemplatePart.Budget budget = new TemplatePart.Budget();
        for (TemplatePart part : parts) {
            ByteBuffer piece = part.render(values, budget);
            if (piece == null) {
                if (!values.missingIsEmpty() || !part.isAbsent(values)) {
                    return Optional.empty();
                }
                continue;
            }
            length += piece.remaining();
            if (length > MAX_RENDERED) {
                return Optional.empty();
            }
            pieces.add(piece);
        }
        return Optional.of(pieces);
    }

    private List<TemplatePart.Place> places() {
        return parts.stream()
                .filter(TemplatePart.Place.class::isInstance)
                .map(TemplatePart.Place.class::cast)
                .toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RequestTemplate template && source.equals(template.source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    @Override
    public String toString() {
        return source;
    }

    /** Names and values of a form as some senders sign them. */
    static byte[] sortedConcat(FormFields fields) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        fields.all().stream()
                .distinct()
                .sorted((a, b) -> a.name().equals(b.name())
                        ? a.value().compareTo(b.value())
                        : a.name().compareTo(b.name()))
                .forEach(field -> {
                    text.writeBytes(field.name().getBytes(StandardCharsets.UTF_8));
                    text.writeBytes(field.value().getBytes(StandardCharsets.UTF_8));
                });
        return text.toByteArray();
    }
}
