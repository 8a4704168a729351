package io.infloop.spi.webhook;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the text of a template, once, from left to right. */
final class TemplateReader {
    private static final int MAX_FILTERS = 6;
    private static final int MAX_NAME = 64;
    /** Two are more than any sender signs; hashing a body of megabytes dozens of times would be a way to tire the server. */
    private static final int MAX_BODIES = 2;

    private final String source;
    private final List<TemplatePart> parts = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();
    private int places;
    private int bodies;

    private TemplateReader(String source) {
        this.source = source;
    }

    static List<TemplatePart> read(String source) {
        if (source.length() > RequestTemplate.MAX_LENGTH) {
            throw new IllegalArgumentException("a template has at most " + RequestTemplate.MAX_LENGTH + " characters");
        }
        return new TemplateReader(source).parts();
    }

    private List<TemplatePart> parts() {
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            boolean twice = at + 1 < source.length() && source.charAt(at + 1) == c;
            if (c == '{' && !twice) {
                int close = source.indexOf('}', at);
                if (close < 0) {
                    throw new IllegalArgumentException("a place is not closed with '}': " + source.substring(at));
                }
                endLiteral();
                parts.add(place(source.substring(at + 1, close)));
                at = close + 1;
            } else if (c == '}' && !twice) {
                throw new IllegalArgumentException("a '}' closes nothing; a brace itself is written twice: " + source);
            } else {
                literal.append(c);
                at += c == '{' || c == '}' ? 2 : 1;
            }
        }
        endLiteral();
        return parts;
    }

    private void endLiteral() {
        if (!literal.isEmpty()) {
            parts.add(
                    new TemplatePart.Literal(ByteBuffer.wrap(literal.toString().getBytes(StandardCharsets.UTF_8))));
            literal.setLength(0);
        }
    }

    private TemplatePart.Place place(String text) {
        if (++places > RequestTemplate.MAX_PLACES) {
            throw new IllegalArgumentException("a template has at most " + RequestTemplate.MAX_PLACES + " places");
        }
        String[] pieces = text.split("\\|", -1);
        if (pieces.length > MAX_FILTERS + 1) {
            throw new IllegalArgumentException("a place has at most " + MAX_FILTERS + " filters: {" + text + "}");
        }
        List<TemplateFilter> filters = new ArrayList<>();
        for (int i = 1; i < pieces.length; i++) {
            filters.add(TemplateFilter.of(pieces[i]));
        }
        TemplatePart.Place place = place(pieces[0], List.copyOf(filters));
        if (place.atom() == TemplatePart.Atom.BODY && ++bodies > MAX_BODIES) {
            throw new IllegalArgumentException("{body} may be in a template at most " + MAX_BODIES + " times");
        }
        return place;
    }

    private static TemplatePart.Place place(String atom, List<TemplateFilter> filters) {
        int colon = atom.indexOf(':');
        if (colon >= 0) {
            String argument = atom.substring(colon + 1);
            return switch (atom.substring(0, colon)) {
                case "body" -> located(ValueLocation.body(argument), filters);
                case "item" -> located(ValueLocation.item(argument), filters);
                case "header" -> located(ValueLocation.header(argument), filters);
                case "query" -> located(ValueLocation.query(argument), filters);
                case "form" -> located(ValueLocation.form(argument), filters);
                case "config" -> plain(TemplatePart.Atom.CONFIG, named(argument, atom), filters);
                default ->
                    throw new IllegalArgumentException("there is no place {" + atom
                            + "}; with a colon there are body, item, header, query, form and config");
            };
        }
        return switch (atom) {
            case "body" -> plain(TemplatePart.Atom.BODY, "", filters);
            case "method" -> plain(TemplatePart.Atom.METHOD, "", filters);
            case "url" -> plain(TemplatePart.Atom.URL, "", filters);
            case "form.sortedConcat" -> plain(TemplatePart.Atom.FORM_SORTED_CONCAT, "", filters);
            default -> plain(TemplatePart.Atom.NAME, named(atom, atom), filters);
        };
    }

    private static String named(String name, String atom) {
        boolean valid = !name.isEmpty()
                && name.length() <= MAX_NAME
                && name.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '_'));
        if (!valid) {
            throw new IllegalArgumentException("there is no place {" + atom + "}");
        }
        return name;
    }

    private static TemplatePart.Place located(ValueLocation location, List<TemplateFilter> filters) {
        return new TemplatePart.Place(TemplatePart.Atom.LOCATION, "", Optional.of(location), filters);
    }

    private static TemplatePart.Place plain(TemplatePart.Atom atom, String argument, List<TemplateFilter> filters) {
        return new TemplatePart.Place(atom, argument, Optional.empty(), filters);
    }
}
