package io.infloop.rest.internal;

/** A parameter of the query is not what it should be. */
final class InvalidQueryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;

    InvalidQueryException(String field) {
        super("invalid query parameter: " + field);
        this.field = field;
    }

    String field() {
        return field;
    }
}
