package io.infloop.webhook.catalogue;

import io.infloop.spi.webhook.HttpHeaders.Header;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Deliveries that differ from a genuine one in one byte. */
final class Changes {
    private static final String BASIC = "Basic ";

    private Changes() {}

    /** The places of the body whose change has to be noticed. */
    static List<Integer> inBody(Sender sender, Delivery delivery) {
        if (sender.proof().wholeBody()) {
            return IntStream.range(0, delivery.body().length).boxed().toList();
        }
        List<Integer> places = new ArrayList<>();
        for (String before : sender.proof().inBody()) {
            // Searched in characters of one byte each, so that places are those of bytes.
            String text = new String(delivery.body(), StandardCharsets.ISO_8859_1);
            int start = text.indexOf(before) + before.length();
            for (int at = start; text.charAt(at) != '"'; at++) {
                places.add(at);
            }
        }
        return places;
    }

    /** Another byte at that place: the given one, or its neighbour if it stands there already. */
    static Delivery body(Delivery delivery, int at, int other) {
        byte[] changed = delivery.body().clone();
        changed[at] = (byte) (changed[at] == (byte) other ? other + 1 : other);
        return delivery.withBody(changed);
    }

    static Delivery header(Delivery delivery, Header header, int at, int other) {
        return delivery.with(header.name(), changed(header, at, other));
    }

    /** Whether the change is none: the name of HTTP's scheme may be written in any case (RFC 9110), which says nothing else. */
    static boolean saysTheSame(Header header, int at, int other) {
        return at < BASIC.length()
                && header.value().startsWith(BASIC)
                && changed(header, at, other).regionMatches(true, 0, BASIC, 0, BASIC.length());
    }

    private static String changed(Header header, int at, int other) {
        StringBuilder changed = new StringBuilder(header.value());
        changed.setCharAt(at, (char) (changed.charAt(at) == other ? other + 1 : other));
        return changed.toString();
    }
}
