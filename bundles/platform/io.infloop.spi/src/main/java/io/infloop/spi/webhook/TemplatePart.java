package io.infloop.spi.webhook;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A piece of a template. */
sealed interface TemplatePart permits TemplatePart.Literal, TemplatePart.Place {
    /** The bytes, or null when they are missing. */
    ByteBuffer render(RequestTemplate.Values values);

    /** Text that is always the same. */
    record Literal(ByteBuffer text) implements TemplatePart {
        public Literal {
            text = text.asReadOnlyBuffer();
        }

        @Override
        public ByteBuffer render(RequestTemplate.Values values) {
            return text.duplicate();
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
        public ByteBuffer render(RequestTemplate.Values values) {
            ByteBuffer found = find(values);
            if (found == null || filters.isEmpty()) {
                return found;
            }
            byte[] bytes = new byte[found.remaining()];
            found.get(bytes);
            for (TemplateFilter filter : filters) {
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

        /** A form body that is not empty and has no field we could read is not the sender's. */
        private static ByteBuffer sortedConcat(WebhookRequest request) {
            FormFields form = request.form();
            return form.all().isEmpty() && request.bodyLength() > 0
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
