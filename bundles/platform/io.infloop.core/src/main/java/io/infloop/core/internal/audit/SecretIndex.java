package io.infloop.core.internal.audit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds any of many texts in one pass: a position is looked at closely only if its first three characters begin one of them. Every
 * line of every journal goes through here, whatever the number of secrets. Immutable.
 */
final class SecretIndex {
    private static final String PLACEHOLDER = "[redacted]";
    private static final int PREFIX = 3;

    private final BitSet beginnings;
    private final Map<Integer, List<String>> candidates;

    private SecretIndex(BitSet beginnings, Map<Integer, List<String>> candidates) {
        this.beginnings = beginnings;
        this.candidates = candidates;
    }

    /** @param secrets each three characters or more */
    static SecretIndex of(Collection<String> secrets) {
        BitSet beginnings = new BitSet(1 << 16);
        Map<Integer, List<String>> candidates = new HashMap<>();
        for (String secret : secrets) {
            int key = key(secret, 0);
            beginnings.set(key);
            candidates.computeIfAbsent(key, unused -> new ArrayList<>()).add(secret);
        }
        // The longest first: a secret may be the beginning of another one.
        candidates
                .values()
                .forEach(list ->
                        list.sort(Comparator.comparingInt(String::length).reversed()));
        return new SecretIndex(beginnings, candidates);
    }

    /** The same text when it holds none. */
    String redact(String text) {
        if (candidates.isEmpty()) {
            return text;
        }
        StringBuilder clean = null;
        int copied = 0;
        int last = text.length() - PREFIX;
        int position = 0;
        while (position <= last) {
            int key = key(text, position);
            int length = beginnings.get(key) ? lengthOfSecret(text, position, key) : 0;
            if (length == 0) {
                position++;
                continue;
            }
            clean = clean == null ? new StringBuilder(text.length()) : clean;
            clean.append(text, copied, position).append(PLACEHOLDER);
            position += length;
            copied = position;
        }
        return clean == null ? text : clean.append(text, copied, text.length()).toString();
    }

    private int lengthOfSecret(String text, int position, int key) {
        for (String secret : candidates.getOrDefault(key, List.of())) {
            if (text.startsWith(secret, position)) {
                return secret.length();
            }
        }
        return 0;
    }

    private static int key(String text, int position) {
        return (text.charAt(position) * 961 + text.charAt(position + 1) * 31 + text.charAt(position + 2)) & 0xffff;
    }
}
