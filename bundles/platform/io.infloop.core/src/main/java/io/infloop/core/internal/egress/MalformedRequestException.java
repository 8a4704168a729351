package io.infloop.core.internal.egress;

/** A request is none that a proxy takes. The message is a sentence and shows nothing of the request unescaped. */
final class MalformedRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedRequestException(String message) {
        super(message);
    }
}
