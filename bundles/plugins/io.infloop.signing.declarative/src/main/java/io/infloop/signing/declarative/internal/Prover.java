package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SigningSecret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How a signature is compared with what was signed. */
sealed interface Prover permits Prover.WithMac, Prover.WithDigest, Prover.WithPublicKey {
    /** One secret, one message, any number of signatures. */
    @FunctionalInterface
    interface Attempt {
        boolean matches(byte[] signature);
    }

    /** Whether a signature can have that many bytes. */
    boolean fits(int length);

    /** The most bytes a signature can have. */
    int mostBytes();

    /** How often the message is read to compare it with so many signatures. */
    int readings(int signatures);

    /** The key that templates see as {@code secret}; null if the secret is not in the declared form, or public. */
    byte[] secretBytes(SigningSecret secret);

    /** Null if the secret is not in the declared form. */
    Attempt attempt(SigningSecret secret, List<ByteBuffer> message);

    /** The signature; empty if only the sender can make it, or the secret is not in the declared form. */
    Optional<byte[]> sign(SigningSecret secret, List<ByteBuffer> message);

    /** HMAC. */
    record WithMac(Hash hash, SecretForm form) implements Prover {
        @Override
        public boolean fits(int length) {
            return length == hash.length();
        }

        @Override
        public int readings(int signatures) {
            return 1;
        }

        @Override
        public int mostBytes() {
            return hash.length();
        }

        @Override
        public byte[] secretBytes(SigningSecret secret) {
            return form.of(secret);
        }

        @Override
        public Attempt attempt(SigningSecret secret, List<ByteBuffer> message) {
            byte[] key = form.of(secret);
            if (key == null) {
                return null;
            }
            byte[] expected = hash.mac(key, message);
            return signature -> MessageDigest.isEqual(expected, signature);
        }

        @Override
        public Optional<byte[]> sign(SigningSecret secret, List<ByteBuffer> message) {
            return Optional.ofNullable(form.of(secret)).map(key -> hash.mac(key, message));
        }
    }

    /** A plain hash over a message with the secret in it. */
    record WithDigest(Hash hash, SecretForm form) implements Prover {
        @Override
        public boolean fits(int length) {
            return length == hash.length();
        }

        @Override
        public int readings(int signatures) {
            return 1;
        }

        @Override
        public int mostBytes() {
            return hash.length();
        }

        @Override
        public byte[] secretBytes(SigningSecret secret) {
            return form.of(secret);
        }

        @Override
        public Attempt attempt(SigningSecret secret, List<ByteBuffer> message) {
            byte[] expected = hash.digest(message);
            return signature -> MessageDigest.isEqual(expected, signature);
        }

        @Override
        public Optional<byte[]> sign(SigningSecret secret, List<ByteBuffer> message) {
            return Optional.of(hash.digest(message));
        }
    }

    /**
     * A signature that only the sender can make.
     *
     * @param javaName of the algorithm
     * @param kind decides how signatures look
     * @param der whether ECDSA signatures are written in DER
     */
    record WithPublicKey(String javaName, PublicKeyForm.Kind kind, PublicKeyForm form, boolean der) implements Prover {
        private static final int ED25519_SIGNATURE = 64;
        private static final int MAX_RSA_SIGNATURE = 1_024;
        private static final int DER_OVERHEAD = 9;

        @Override
        public boolean fits(int length) {
            return switch (kind) {
                case ED25519 -> length == ED25519_SIGNATURE;
                case EC -> der || length == 2 * form.curve().bytes();
                case RSA -> length <= MAX_RSA_SIGNATURE;
            };
        }

        @Override
        public int readings(int signatures) {
            return signatures;
        }

        @Override
        public int mostBytes() {
            return switch (kind) {
                case ED25519 -> ED25519_SIGNATURE;
                case EC -> 2 * form.curve().bytes() + DER_OVERHEAD;
                case RSA -> MAX_RSA_SIGNATURE;
            };
        }

        @Override
        public byte[] secretBytes(SigningSecret secret) {
            return null;
        }

        @Override
        public Attempt attempt(SigningSecret secret, List<ByteBuffer> message) {
            PublicKey key = form.of(secret);
            return key == null ? null : signature -> verifies(key, message, signature);
        }

        private boolean verifies(PublicKey key, List<ByteBuffer> message, byte[] signature) {
            byte[] plain = signature;
            if (kind == PublicKeyForm.Kind.EC) {
                plain = der ? DerSignature.toP1363(signature, form.curve().bytes()) : signature;
                if (plain == null || DerSignature.hasZero(plain)) {
                    return false;
                }
            }
            try {
                Signature verifier = Signature.getInstance(javaName);
                verifier.initVerify(key);
                for (ByteBuffer piece : message) {
                    verifier.update(piece.duplicate());
                }
                return verifier.verify(plain);
            } catch (GeneralSecurityException notItsForm) {
                return false;
            }
        }

        @Override
        public Optional<byte[]> sign(SigningSecret secret, List<ByteBuffer> message) {
            return Optional.empty();
        }
    }

    /** Reads what a scheme says of its algorithm and keys. */
    static Prover read(SchemeKind kind, Block block) {
        return switch (kind) {
            case HMAC -> new WithMac(Hash.read(block), SecretForm.read(block));
            case DIGEST -> new WithDigest(Hash.read(block), SecretForm.read(block));
            case ED25519 ->
                new WithPublicKey(
                        "Ed25519",
                        PublicKeyForm.Kind.ED25519,
                        PublicKeyForm.read(keyBlock(block), PublicKeyForm.Kind.ED25519),
                        false);
            case RSA ->
                new WithPublicKey(
                        Hash.read(block).shortName() + "withRSA",
                        PublicKeyForm.Kind.RSA,
                        PublicKeyForm.read(keyBlock(block), PublicKeyForm.Kind.RSA),
                        false);
            case ECDSA -> {
                Block key = keyBlock(block);
                PublicKeyForm form = PublicKeyForm.read(key, PublicKeyForm.Kind.EC);
                String signatureForm = key.text("signatureForm");
                if (!Set.of("der", "p1363").contains(signatureForm)) {
                    throw key.wrong("signatureForm", "expected der or p1363");
                }
                yield new WithPublicKey(
                        ecdsa(Hash.read(block)), PublicKeyForm.Kind.EC, form, signatureForm.equals("der"));
            }
            case JWT, TOKEN, BASIC -> throw new IllegalArgumentException("no signature over a text");
        };
    }

    static String ecdsa(Hash hash) {
        return hash.shortName() + "withECDSAinP1363Format";
    }

    private static Block keyBlock(Block block) {
        return block.block("publicKey", "{\"encoding\":\"hex|base64|base64-spki|pem\"}");
    }
}
