package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SignatureScheme;
import org.osgi.service.component.annotations.Component;

/** The schemes as services: one interpreter under eight ids. */
public final class Schemes {
    private Schemes() {}

    /** HMAC over a composed text. */
    @Component(service = SignatureScheme.class, immediate = true)
    public static final class Hmac extends DeclarativeScheme {
        public Hmac() {
            super(SchemeKind.HMAC);
        }
    }

    /** A plain hash over a text with the secret in it. */
    @Component(service = SignatureScheme.class, immediate = true)
    public static final class Digest extends DeclarativeScheme {
        public Digest() {
            super(SchemeKind.DIGEST);
        }
    }

    /** Signatures by a key on Edwards' curve. */
    @Component(service = SignatureScheme.class, immediate = true)
    public static final class Ed25519 extends DeclarativeScheme {
        public Ed25519() {
            super(SchemeKind.ED25519);
        }
    }

    /** Signatures by a key on one of NIST's curves. */
    @Component(service = SignatureScheme.class, immediate = true)
    public static final class Ecdsa extends DeclarativeScheme {
        public Ecdsa() {
            super(SchemeKind.ECDSA);
        }
    }

    /** RSA signatures, PKCS #1 version 1.5. */
    @Component(service = SignatureScheme.class, immediate = true)
    public static final class Rsa extends DeclarativeScheme {
        public Rsa() {
            super(SchemeKind.RSA);
        }
    }

    /** JSON Web Tokens. */
    @Component(service = SignatureScheme.class, immediate = true)
    public static final class Jwt extends DeclarativeScheme {
        public Jwt() {
            super(SchemeKind.JWT);
        }
    }

    /** The secret itself. */
    @Component(service = SignatureScheme.class, immediate = true)
    public static final class Token extends DeclarativeScheme {
        public Token() {
            super(SchemeKind.TOKEN);
        }
    }

    /** HTTP Basic authentication. */
    @Component(service = SignatureScheme.class, immediate = true)
    public static final class Basic extends DeclarativeScheme {
        public Basic() {
            super(SchemeKind.BASIC);
        }
    }
}
