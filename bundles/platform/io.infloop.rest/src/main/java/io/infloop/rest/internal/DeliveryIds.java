package io.infloop.rest.internal;

import java.util.regex.Pattern;

/** What ids of deliveries look like; they become names of files. */
final class DeliveryIds {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private DeliveryIds() {}

    static boolean isDeliveryId(String id) {
        return ID.matcher(id).matches();
    }
}
