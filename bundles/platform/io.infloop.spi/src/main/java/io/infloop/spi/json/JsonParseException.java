package io.infloop.spi.json;

/** A text is not the JSON that was asked for. The message says what was expected and at which offset; it never quotes the text. */
public final class JsonParseException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int offset;

    public JsonParseException(String message, int offset) {
        super(message + " at offset " + offset);
        this.offset = offset;
    }

    /** Zero-based index of the UTF-16 code unit at which parsing stopped. */
    public int offset() {
        return offset;
    }
}
