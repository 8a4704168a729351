package io.infloop.spi.webhook;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the text fields of {@code multipart/form-data} (RFC 7578). Files are skipped. What is not well formed has no fields at
 * all. Time is linear in the body, because a boundary has at most 70 characters.
 */
final class Multipart {
    private static final int MAX_PARTS = 100;
    private static final int MAX_BOUNDARY = 70;
    private static final int MAX_PART_HEADERS = 4_096;

    private final byte[] body;

    private Multipart(byte[] body) {
        this.body = body;
    }

    static FormFields read(String contentType, byte[] body) {
        Optional<String> boundary = parameter(contentType, "boundary");
        if (boundary.isEmpty() || boundary.get().isEmpty() || boundary.get().length() > MAX_BOUNDARY) {
            return FormFields.EMPTY;
        }
        return new Multipart(body).fields(("--" + boundary.get()).getBytes(StandardCharsets.ISO_8859_1));
    }

    private FormFields fields(byte[] delimiter) {
        byte[] inner = concat(new byte[] {'\r', '\n'}, delimiter);
        List<FormFields.Field> fields = new ArrayList<>();
        int at = startsWith(delimiter, 0) ? delimiter.length : after(inner, 0);
        for (int part = 0; part <= MAX_PARTS; part++) {
            if (at < 0 || at + 2 > body.length) {
                return FormFields.EMPTY;
            }
            if (body[at] == '-' && body[at + 1] == '-') {
                return FormFields.of(fields);
            }
            int headersEnd = indexOf(new byte[] {'\r', '\n', '\r', '\n'}, at);
            int next = after(inner, at);
            if (body[at] != '\r'
                    || body[at + 1] != '\n'
                    || headersEnd < 0
                    || headersEnd - at > MAX_PART_HEADERS
                    || next < 0
                    || headersEnd + 4 > next - inner.length) {
                return FormFields.EMPTY;
            }
            String headers = new String(body, at + 2, Math.max(0, headersEnd - at - 2), StandardCharsets.UTF_8);
            int start = headersEnd + 4;
            int end = next - inner.length;
            name(headers)
                    .ifPresent(name -> fields.add(
                            new FormFields.Field(name, new String(body, start, end - start, StandardCharsets.UTF_8))));
            at = next;
        }
        return FormFields.EMPTY;
    }

    /** The name of a text field; empty for a file. */
    private static Optional<String> name(String headers) {
        for (String line : headers.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-disposition:")) {
                return parameter(line, "filename").isPresent() ? Optional.empty() : parameter(line, "name");
            }
        }
        return Optional.empty();
    }

    /** A parameter of a header: {@code ; name=value} or {@code ; name="value"}. */
    static Optional<String> parameter(String header, String name) {
        int at = header.indexOf(';');
        while (at >= 0 && at < header.length()) {
            int end = endOfParameter(header, at + 1);
            String parameter = header.substring(at + 1, end).strip();
            int equals = parameter.indexOf('=');
            if (equals > 0 && parameter.substring(0, equals).strip().equalsIgnoreCase(name)) {
                String value = parameter.substring(equals + 1).strip();
                boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
                return Optional.of(quoted ? value.substring(1, value.length() - 1) : value);
            }
            at = end;
        }
        return Optional.empty();
    }

    private static int endOfParameter(String header, int start) {
        boolean quoted = false;
        for (int i = start; i < header.length(); i++) {
            char c = header.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted) {
                return i;
            }
        }
        return header.length();
    }

    private int after(byte[] wanted, int from) {
        int at = indexOf(wanted, from);
        return at < 0 ? -1 : at + wanted.length;
    }

    private int indexOf(byte[] wanted, int from) {
        for (int i = from; i <= body.length - wanted.length; i++) {
            if (body[i] == wanted[0] && startsWith(wanted, i)) {
                return i;
            }
        }
        return -1;
    }

    private boolean startsWith(byte[] wanted, int at) {
        if (at + wanted.length > body.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (body[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
