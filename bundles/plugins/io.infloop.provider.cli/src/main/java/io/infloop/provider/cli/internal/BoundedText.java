package io.infloop.provider.cli.internal;

/** Keeps the beginning and the end of a text of any length. Not thread-safe. */
final class BoundedText {
    private final int half;
    private final StringBuilder head = new StringBuilder();
    private final StringBuilder tail = new StringBuilder();
    private long dropped;

    /** @param limit most characters that are kept */
    BoundedText(int limit) {
        this.half = limit / 2;
    }

    void append(String chunk) {
        int fits = Math.min(chunk.length(), half - head.length());
        head.append(chunk, 0, fits);
        tail.append(chunk, fits, chunk.length());
        // Cutting only at twice the size keeps the cost per character constant.
        if (tail.length() > 2 * half) {
            cut();
        }
    }

    private void cut() {
        int excess = tail.length() - half;
        if (excess > 0) {
            dropped += excess;
            tail.delete(0, excess);
        }
    }

    @Override
    public String toString() {
        cut();
        return dropped == 0 ? head.toString() + tail : head + "\n[… " + dropped + " characters left out …]\n" + tail;
    }
}
