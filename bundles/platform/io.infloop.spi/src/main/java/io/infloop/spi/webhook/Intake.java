package io.infloop.spi.webhook;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which requests a source sends, and where in their bodies the JSON document is.
 *
 * @param contentTypes media types in lower case without parameters; empty for any that the server takes
 * @param formPayloadParam field of a form body that holds the document, e.g. {@code payload}
 * @param multipartJsonField field of a multipart body that holds the document
 * @param requireHeaders headers without which a request is not the source's, lower case
 * @param contentEncodings lower case; {@code identity} unless the source says otherwise. Signatures are over the bytes as sent
 * @param methods of deliveries, upper case; challenges name their own
 */
public record Intake(
        Set<String> contentTypes,
        Optional<String> formPayloadParam,
        Optional<String> multipartJsonField,
        List<String> requireHeaders,
        Set<String> contentEncodings,
        Set<String> methods) {
    /** POST, any content type, the body as it is. */
    public static final Intake DEFAULT =
            new Intake(Set.of(), Optional.empty(), Optional.empty(), List.of(), Set.of("identity"), Set.of("POST"));

    public Intake {
        contentTypes = lowerCase(contentTypes);
        requireHeaders = requireHeaders.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList();
        contentEncodings = lowerCase(contentEncodings);
        methods =
                methods.stream().map(method -> method.toUpperCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        if (contentEncodings.isEmpty() || methods.isEmpty()) {
            throw new IllegalArgumentException("a source has at least one content encoding and one method");
        }
    }

    public Intake withContentTypes(Set<String> types) {
        return new Intake(types, formPayloadParam, multipartJsonField, requireHeaders, contentEncodings, methods);
    }

    public Intake withFormPayloadParam(String field) {
        return new Intake(
                contentTypes, Optional.of(field), multipartJsonField, requireHeaders, contentEncodings, methods);
    }

    public Intake withMultipartJsonField(String field) {
        return new Intake(
                contentTypes, formPayloadParam, Optional.of(field), requireHeaders, contentEncodings, methods);
    }

    public Intake withRequireHeaders(List<String> headers) {
        return new Intake(contentTypes, formPayloadParam, multipartJsonField, headers, contentEncodings, methods);
    }

    public Intake withContentEncodings(Set<String> encodings) {
        return new Intake(contentTypes, formPayloadParam, multipartJsonField, requireHeaders, encodings, methods);
    }

    public Intake withMethods(Set<String> allowed) {
        return new Intake(
                contentTypes, formPayloadParam, multipartJsonField, requireHeaders, contentEncodings, allowed);
    }

    private static Set<String> lowerCase(Set<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
