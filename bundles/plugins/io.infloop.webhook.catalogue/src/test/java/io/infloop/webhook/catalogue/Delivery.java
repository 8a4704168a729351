package io.infloop.webhook.catalogue;

import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.Intake;
import io.infloop.spi.webhook.WebhookRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A request as a sender puts it on the wire. */
record Delivery(String method, String url, String query, List<Header> headers, byte[] body) {
    static final String URL = "https://hooks.example.com/hook/0123456789abcdef";

    static Delivery post(byte[] body) {
        return new Delivery("POST", URL, "", List.of(new Header("Content-Type", "application/json")), body);
    }

    Delivery header(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new Delivery(method, url, query, more, body);
    }

    /** The header with another value. */
    Delivery with(String name, String value) {
        return without(name).header(name, value);
    }

    Delivery without(String name) {
        List<Header> fewer = new ArrayList<>(headers);
        fewer.removeIf(header -> header.name().equalsIgnoreCase(name));
        return new Delivery(method, url, query, fewer, body);
    }

    Delivery withBody(byte[] other) {
        return new Delivery(method, url, query, headers, other);
    }

    Delivery withQuery(String other) {
        return new Delivery(method, url, other, headers, body);
    }

    Delivery withUrl(String other) {
        return new Delivery(method, other, query, headers, body);
    }

    Delivery withMethod(String other) {
        return new Delivery(other, url, query, headers, body);
    }

    String value(String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no header " + name));
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    WebhookRequest received(Intake intake, Instant at) {
        return new WebhookRequest(method, Optional.of(URI.create(url)), query, HttpHeaders.of(headers), body, at)
                .withIntake(intake);
    }
}
