package io.infloop.signing.declarative.internal;

import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The hash functions that senders use, plain and as HMAC (RFC 2104). */
enum Hash {
    SHA1("sha1", "SHA-1", "SHA1", 20),
    SHA256("sha256", "SHA-256", "SHA256", 32),
    SHA384("sha384", "SHA-384", "SHA384", 48),
    SHA512("sha512", "SHA-512", "SHA512", 64);

    /** As many as may work at the same time; more are made and dropped. */
    private static final int IDLE_MACS_MAX = 64;

    private final String id;
    private final String digestName;
    private final String shortName;
    private final int length;
    // Looking a Mac up costs more than using it on a small body. A pool instead of thread locals: those would be made
    // anew for each virtual thread, and would stay behind in pooled threads when the plugin is gone.
    private final ConcurrentLinkedDeque<Mac> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger idleCount = new AtomicInteger();

    Hash(String id, String digestName, String shortName, int length) {
        this.id = id;
        this.digestName = digestName;
        this.shortName = shortName;
        this.length = length;
    }

    /** Reads {@code algorithm}. */
    static Hash read(Block block) {
        String name = block.text("algorithm");
        for (Hash hash : values()) {
            if (hash.id.equals(name)) {
                return hash;
            }
        }
        throw block.wrong("algorithm", "expected sha1, sha256, sha384 or sha512");
    }

    /** As the names of signature algorithms of the JDK begin. */
    String shortName() {
        return shortName;
    }

    /** Length of a hash in bytes. */
    int length() {
        return length;
    }

    byte[] digest(List<ByteBuffer> message) {
        try {
            MessageDigest digest = MessageDigest.getInstance(digestName);
            for (ByteBuffer piece : message) {
                digest.update(piece.duplicate());
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java runtime has no " + digestName, missing);
        }
    }

    byte[] mac(byte[] key, List<ByteBuffer> message) {
        Mac mac = take();
        try {
            mac.init(new SecretKeySpec(key, "Hmac" + shortName));
        } catch (InvalidKeyException impossible) {
            throw new IllegalStateException("HMAC takes any key", impossible);
        }
        for (ByteBuffer piece : message) {
            mac.update(piece.duplicate());
        }
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
            return Mac.getInstance("Hmac" + shortName);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java runtime has no Hmac" + shortName, missing);
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
