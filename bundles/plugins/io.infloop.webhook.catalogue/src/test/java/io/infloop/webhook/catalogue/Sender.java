package io.infloop.webhook.catalogue;

import io.infloop.spi.webhook.HttpHeaders.Header;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A sender as its documentation describes it. Nothing here reads a manifest: what is written twice, in prose once and in a manifest
 * once, is compared.
 *
 * @param credentials two, so that one can be the wrong one
 * @param sample a body the sender could send
 */
record Sender(
        String id, List<Credential> credentials, Body sample, Signer signer, Proof proof, Map<String, String> config) {
    /**
     * What both sides know.
     *
     * @param entered what the operator enters
     * @param key what the sender signs with
     */
    record Credential(String entered, Object key) {
        byte[] bytes() {
            return (byte[]) key;
        }
    }

    /** Makes a body; the time may be in it. */
    @FunctionalInterface
    interface Body {
        byte[] at(Instant time);
    }

    /** Signs a body. */
    @FunctionalInterface
    interface Signer {
        Delivery sign(Credential credential, byte[] body, Instant time);
    }

    /**
     * What a delivery proves.
     *
     * @param signatures headers with the signature or credential
     * @param times headers with the signed time
     * @param ids headers with a signed id
     * @param past how old a delivery may be; empty when no time is proven
     * @param wholeBody whether every byte of the body is signed
     * @param inBody texts in the body that are signed, or the signature, where the rest is not
     * @param url whether the URL is signed
     */
    record Proof(
            Set<String> signatures,
            Set<String> times,
            Set<String> ids,
            Optional<Duration> past,
            Optional<Duration> future,
            boolean wholeBody,
            List<String> inBody,
            boolean url) {
        static Proof of(String signature) {
            return new Proof(
                    Set.of(signature), Set.of(), Set.of(), Optional.empty(), Optional.empty(), true, List.of(), false);
        }

        Proof time(String header, int past, int future) {
            return new Proof(signatures, Set.of(header), ids, seconds(past), seconds(future), wholeBody, inBody, url);
        }

        /** The time is where the signature is, or in the body. */
        Proof window(int past, int future) {
            return new Proof(signatures, times, ids, seconds(past), seconds(future), wholeBody, inBody, url);
        }

        Proof id(String header) {
            return new Proof(signatures, times, Set.of(header), past, future, wholeBody, inBody, url);
        }

        Proof only(String... texts) {
            return new Proof(signatures, times, ids, past, future, false, List.of(texts), url);
        }

        Proof withUrl() {
            return new Proof(signatures, times, ids, past, future, wholeBody, inBody, true);
        }

        /** The signature is in the body. */
        static Proof inside(String... texts) {
            return new Proof(
                    Set.of(), Set.of(), Set.of(), Optional.empty(), Optional.empty(), false, List.of(texts), false);
        }

        private static Optional<Duration> seconds(int seconds) {
            return Optional.of(Duration.ofSeconds(seconds));
        }
    }

    Delivery deliver(Instant time) {
        return signer.sign(credentials.get(0), sample.at(time), time);
    }

    Delivery deliverAsAnother(Instant time) {
        return signer.sign(credentials.get(1), sample.at(time), time);
    }

    /** The headers that must not come twice. */
    List<Header> single(Delivery delivery) {
        return delivery.headers().stream()
                .filter(header -> contains(proof.signatures(), header)
                        || contains(proof.times(), header)
                        || contains(proof.ids(), header))
                .toList();
    }

    private static boolean contains(Set<String> names, Header header) {
        return names.stream().anyMatch(header.name()::equalsIgnoreCase);
    }

    @Override
    public String toString() {
        return id;
    }
}
