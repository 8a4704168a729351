package io.infloop.spi.process;

/**
 * Output of a child as UTF-8 text; bytes that are not UTF-8 become U+FFFD.
 *
 * @param text the output; when truncated its head and tail with a line between them that says how many bytes are left out
 * @param totalBytes how many bytes the child wrote
 * @param truncated whether the cap was hit
 */
public record CapturedOutput(String text, long totalBytes, boolean truncated) {
    public static final CapturedOutput EMPTY = new CapturedOutput("", 0, false);
}
