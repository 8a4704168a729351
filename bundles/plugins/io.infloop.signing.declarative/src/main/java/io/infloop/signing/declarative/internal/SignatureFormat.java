package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.Verification.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How signatures stand in the value that carries them. */
sealed interface SignatureFormat
        permits SignatureFormat.Raw, SignatureFormat.Prefix, SignatureFormat.Items, SignatureFormat.Pairs {
    /** More items than any sender sends, in one value. */
    int MAX_ITEMS = 128;

    /**
     * What a value holds.
     *
     * @param candidates at least one signature, still encoded
     * @param pairs the other values by key, of lists of pairs
     */
    record Parsed(List<String> candidates, Map<String, String> pairs) {}

    Parsed parse(String value) throws Refusal;

    /** A value with this signature; the other way round. */
    String compose(String signature, Optional<String> timestamp);

    /** Nothing but the signature. */
    record Raw() implements SignatureFormat {
        @Override
        public Parsed parse(String value) {
            return new Parsed(List.of(value), Map.of());
        }

        @Override
        public String compose(String signature, Optional<String> timestamp) {
            return signature;
        }
    }

    /** The signature after a text that is always the same. */
    record Prefix(String prefix) implements SignatureFormat {
        @Override
        public Parsed parse(String value) throws Refusal {
            if (!value.startsWith(prefix)) {
                throw malformed();
            }
            return new Parsed(List.of(value.substring(prefix.length())), Map.of());
        }

        @Override
        public String compose(String signature, Optional<String> timestamp) {
            return prefix + signature;
        }
    }

    /** Several; those that begin with another text are of a version we do not check. */
    record Items(String separator, String prefix, boolean trim) implements SignatureFormat {
        @Override
        public Parsed parse(String value) throws Refusal {
            List<String> candidates = new ArrayList<>(1);
            for (String item : split(value, separator, trim)) {
                if (item.startsWith(prefix)) {
                    candidates.add(item.substring(prefix.length()));
                }
            }
            if (candidates.isEmpty()) {
                throw new Refusal(Reason.MALFORMED_SIGNATURE, "none of the signatures is of the declared version");
            }
            return new Parsed(candidates, Map.of());
        }

        @Override
        public String compose(String signature, Optional<String> timestamp) {
            return prefix + signature;
        }
    }

    /**
     * Keys and values; keys we do not know are skipped.
     *
     * @param timestampKey empty when the time is not in the list
     */
    record Pairs(String separator, String keySeparator, String signatureKey, String timestampKey, boolean trim)
            implements SignatureFormat {
        @Override
        public Parsed parse(String value) throws Refusal {
            List<String> candidates = new ArrayList<>(1);
            Map<String, String> pairs = new LinkedHashMap<>();
            for (String item : split(value, separator, trim)) {
                int at = item.indexOf(keySeparator);
                if (at <= 0) {
                    throw malformed();
                }
                String key = item.substring(0, at);
                String content = item.substring(at + keySeparator.length());
                if (key.equals(signatureKey)) {
                    candidates.add(content);
                } else if (pairs.put(key, content) != null && key.equals(timestampKey)) {
                    throw new Refusal(Reason.MALFORMED_TIMESTAMP, "the signature header has two times");
                }
            }
            if (candidates.isEmpty()) {
                throw new Refusal(Reason.MALFORMED_SIGNATURE, "none of the signatures is of the declared version");
            }
            return new Parsed(candidates, pairs);
        }

        @Override
        public String compose(String signature, Optional<String> timestamp) {
            String signed = signatureKey + keySeparator + signature;
            return timestamp.isEmpty() || timestampKey.isEmpty()
                    ? signed
                    : timestampKey + keySeparator + timestamp.get() + separator + signed;
        }
    }

    static SignatureFormat read(Block declaration) {
        Optional<Block> found = declaration.optionalBlock("format", "{\"type\":\"raw\"}");
        if (found.isEmpty()) {
            return new Raw();
        }
        Block block = found.get();
        switch (block.text("type")) {
            case "raw" -> {
                block.onlyKnown(Set.of("type"));
                return new Raw();
            }
            case "prefix" -> {
                block.onlyKnown(Set.of("type", "prefix"));
                return new Prefix(block.text("prefix"));
            }
            case "list" -> {
                block.onlyKnown(Set.of("type", "itemSeparator", "prefix", "trim"));
                return new Items(
                        block.text("itemSeparator"),
                        block.optionalText("prefix").orElse(""),
                        block.flag("trim"));
            }
            case "pairs" -> {
                block.onlyKnown(
                        Set.of("type", "itemSeparator", "keySeparator", "signatureKey", "timestampKey", "trim"));
                return new Pairs(
                        block.text("itemSeparator"),
                        block.optionalText("keySeparator").orElse("="),
                        block.text("signatureKey"),
                        block.optionalText("timestampKey").orElse(""),
                        block.flag("trim"));
            }
            default -> throw block.wrong("type", "expected raw, prefix, list or pairs");
        }
    }

    /**
     * The items between the separators; an empty one is no item of any sender.
     *
     * @param trim drops the spaces after a separator; spaces at either end of the whole are refused all the same
     */
    private static List<String> split(String value, String separator, boolean trim) throws Refusal {
        List<String> items = new ArrayList<>(2);
        int start = 0;
        while (true) {
            int end = value.indexOf(separator, start);
            String item = value.substring(start, end < 0 ? value.length() : end);
            if (trim && start > 0) {
                item = withoutLeadingSpaces(item);
            }
            if (item.isEmpty()) {
                throw malformed();
            }
            if (items.size() == MAX_ITEMS) {
                throw new Refusal(Reason.TOO_MANY_CANDIDATES, "the signature header has too many items");
            }
            items.add(item);
            if (end < 0) {
                return items;
            }
            start = end + separator.length();
        }
    }

    private static String withoutLeadingSpaces(String item) {
        int start = 0;
        while (start < item.length() && item.charAt(start) == ' ') {
            start++;
        }
        return item.substring(start);
    }

    private static Refusal malformed() {
        return new Refusal(Reason.MALFORMED_SIGNATURE, "the signature has not the declared form");
    }
}
