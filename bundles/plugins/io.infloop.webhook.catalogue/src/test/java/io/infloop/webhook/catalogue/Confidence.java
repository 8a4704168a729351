package io.infloop.webhook.catalogue;

import java.util.Arrays;

/** What a manifest was written from; its description ends with one of these. */
enum Confidence {
    LIBRARY("library", "Modelled on the sender's own library."),
    DOCUMENTATION("documentation", "Written from the sender's documentation."),
    MEMORY("memory", "Written from memory of the sender's documentation: check the first delivery with a dry run.");

    private final String label;
    private final String sentence;

    Confidence(String label, String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    String label() {
        return label;
    }

    static Confidence of(String description) {
        return Arrays.stream(values())
                .filter(confidence -> description.endsWith(". " + confidence.sentence))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the description does not say how sure we are: " + description));
    }

    /** The description without this sentence. */
    String before(String description) {
        return description
                .substring(0, description.length() - sentence.length())
                .strip();
    }
}
