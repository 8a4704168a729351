package io.infloop.spi.webhook;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A piece of a template. */
sealed interface TemplatePart permits TemplatePart.Literal, TemplatePart.Place {
    /** The bytes, or null when they are missing or cost more than is left. */
    ByteBuffer render(RequestTemplate.Values values, Budget budget);

    /** Whether the request has nothing there, as against something that cannot be used: only the former may count as empty. */
    boolean isAbsent(RequestTemplate.Values values);

    /** Bytes that filters may still read and make, over all places: six of them in a row would otherwise make gigabytes of a body. */
    final class Budget {
        private long left = RequestTemplate.MAX_RENDERED;

        boolean spend(long bytes) {
            left -= bytes;
            return left >= 0;
        }
    }

    /** Text that is always the same. */
    record Literal(ByteBuffer text) implements TemplatePart {
        public Literal {
            text = text.asReadOnlyBuffer();
        }

        @Override
        public ByteBuffer render(RequestTemplate.Values values, Budget budget) {
            return text.duplicate();
        }

        @Override
        public boolean isAbsent(RequestTemplate.Values values) {
            return false;
        }
    }

    /** What stands for something of the request. */
    enum Atom {
        BODY,
        METHOD,
        URL,
        FORM_SORTED_CONCAT,
        CONFIG,
        LOCATION,
        NAME
    }

    /**
     * Bytes of the request.
     *
     * @param argument name for CONFIG and NAME
     * @param location for LOCATION
     */
    record Place(Atom atom, String argument, Optional<ValueLocation> location, List<TemplateFilter> filters)
            implements TemplatePart {
        @Override
        public boolean isAbsent(RequestTemplate.Values values) {
            return switch (atom) {
                case LOCATION -> location.orElseThrow().isAbsent(values.request(), values.item());
                case CONFIG -> values.config(argument).isEmpty();
                case NAME -> values.value(argument).isEmpty();
                case BODY, METHOD, URL, FORM_SORTED_CONCAT -> false;
            };
        }

        @Override
        public ByteBuffer render(RequestTemplate.Values values, Budget budget) {
            ByteBuffer found = find(values);
            if (found == null || filters.isEmpty()) {
                return found;
            }
            if (!budget.spend(found.remaining())) {
                return null;
            }
            byte[] bytes = new byte[found.remaining()];
            found.get(bytes);
            for (TemplateFilter filter : filters) {
                if (!budget.spend(filter.most(bytes.length))) {
                    return null;
                }
                bytes = filter.apply(bytes, values);
                if (bytes == null) {
                    return null;
                }
            }
            return ByteBuffer.wrap(bytes);
        }

        private ByteBuffer find(RequestTemplate.Values values) {
            WebhookRequest request = values.request();
            return switch (atom) {
                case BODY -> request.body();
                case METHOD -> text(Optional.of(request.method()));
                case URL -> text(request.publicUrl().map(url -> withQuery(url, request.rawQuery())));
                case FORM_SORTED_CONCAT -> sortedConcat(request);
                case CONFIG -> text(values.config(argument));
                case LOCATION -> text(location.orElseThrow().read(request, values.item()));
                case NAME -> values.value(argument).map(ByteBuffer::wrap).orElse(null);
            };
        }

        private static ByteBuffer text(Optional<String> value) {
            return value.isEmpty() ? null : ByteBuffer.wrap(value.get().getBytes(StandardCharsets.UTF_8));
        }

        /**
         * A body that is not empty and has no field we could read is not the sender's. Nor is one of several parts: its files are
         * no fields, so that they could be anything.
         */
        private static ByteBuffer sortedConcat(WebhookRequest request) {
            if (request.bodyLength() == 0) {
                return ByteBuffer.allocate(0);
            }
            FormFields form = request.form();
            return form.all().isEmpty() || !request.contentType().equals("application/x-www-form-urlencoded")
                    ? null
                    : ByteBuffer.wrap(RequestTemplate.sortedConcat(form));
        }

        private static String withQuery(URI url, String rawQuery) {
            String text = url.toString();
            int fragment = text.indexOf('#');
            text = fragment < 0 ? text : text.substring(0, fragment);
            int question = text.indexOf('?');
            text = question < 0 ? text : text.substring(0, question);
            return rawQuery.isEmpty() ? text : text + "?" + rawQuery;
        }
    }
}
