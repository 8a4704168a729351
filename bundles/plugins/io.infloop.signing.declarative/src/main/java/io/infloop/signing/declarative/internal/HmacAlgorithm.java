package io.infloop.signing.declarative.internal;

import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC (RFC 2104) with one of the hash functions that senders use. */
enum HmacAlgorithm {
    SHA1("sha1", "HmacSHA1", 20),
    SHA256("sha256", "HmacSHA256", 32),
    SHA384("sha384", "HmacSHA384", 48),
    SHA512("sha512", "HmacSHA512", 64);

    /** As many as may work at the same time; more are made and dropped. */
    private static final int IDLE_MACS_MAX = 64;

    private final String id;
    private final String javaName;
    private final int length;
    // Looking a Mac up costs more than using it on a small body. A pool instead of thread locals: those would be made
    // anew for each
    // virtual thread, and would stay behind in pooled threads when the plugin is gone.
    private final ConcurrentLinkedDeque<Mac> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger idleCount = new AtomicInteger();

    HmacAlgorithm(String id, String javaName, int length) {
        this.id = id;
        this.javaName = javaName;
        this.length = length;
    }

    String id() {
        return id;
    }

    /** Length of a signature in bytes. */
    int length() {
        return length;
    }

    byte[] mac(byte[] key, ByteBuffer message) {
        Mac mac = take();
        try {
            mac.init(new SecretKeySpec(key, javaName));
        } catch (InvalidKeyException impossible) {
            throw new IllegalStateException("HMAC takes any key", impossible);
        }
        mac.update(message);
        byte[] signature = mac.doFinal();
        give(mac);
        return signature;
    }

    private Mac take() {
        Mac mac = idle.pollFirst();
        if (mac != null) {
            idleCount.decrementAndGet();
            return mac;
        }
        try {
            return Mac.getInstance(javaName);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java runtime has no " + javaName, missing);
        }
    }

    private void give(Mac mac) {
        if (idleCount.incrementAndGet() <= IDLE_MACS_MAX) {
            idle.addFirst(mac);
        } else {
            idleCount.decrementAndGet();
        }
    }
}
