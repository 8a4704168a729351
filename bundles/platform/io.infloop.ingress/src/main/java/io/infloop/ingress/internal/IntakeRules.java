package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.Intake;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.spi.webhook.WebhookSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What a source says about the requests it sends, checked before anything of a body is looked at. */
final class IntakeRules {
    /** @param reason a sentence for the sender */
    record Refused(ErrorCode code, String reason) {}

    private IntakeRules() {}

    /** Whether requests with that method can be deliveries or handshakes of the source. */
    static boolean takes(WebhookSource.Descriptor source, String method) {
        return isDelivery(source, method) || isHandshake(source, method);
    }

    static boolean isDelivery(WebhookSource.Descriptor source, String method) {
        return source.intake().methods().contains(method);
    }

    private static boolean isHandshake(WebhookSource.Descriptor source, String method) {
        for (ChallengeRule rule : source.challenges()) {
            if (rule.when().method().filter(method::equals).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The value of the header {@code Allow}. */
    static String allowed(WebhookSource.Descriptor source) {
        TreeSet<String> methods = new TreeSet<>(source.intake().methods());
        source.challenges().forEach(rule -> rule.when().method().ifPresent(methods::add));
        return String.join(", ", methods);
    }

    /** @param contentEncoding as the headers say, several ones */
    static boolean takesEncoding(Intake intake, List<String> contentEncoding) {
        return ReadableBody.contentEncoding(contentEncoding)
                .map(name -> intake.contentEncodings().contains(name.equals("x-gzip") ? "gzip" : name))
                .orElse(true);
    }

    /** For requests that are no handshake. */
    static Optional<Refused> check(Intake intake, WebhookRequest request) {
        if (!takesEncoding(intake, request.headers().all("content-encoding"))) {
            return Optional.of(new Refused(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "the source does not compress its bodies; send them as they are"));
        }
        if (!intake.contentTypes().isEmpty() && !intake.contentTypes().contains(request.contentType())) {
            return Optional.of(new Refused(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "the source sends " + String.join(" or ", new TreeSet<>(intake.contentTypes())) + " only"));
        }
        for (String name : intake.requireHeaders()) {
            if (request.headers().all(name).isEmpty()) {
                return Optional.of(new Refused(ErrorCode.BAD_REQUEST, "the header " + name + " is missing"));
            }
        }
        return Optional.empty();
    }
}
