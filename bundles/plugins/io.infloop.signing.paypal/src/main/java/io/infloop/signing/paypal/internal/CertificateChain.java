package io.infloop.signing.paypal.internal;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Certificates as PayPal publishes them: the signer's first, those that vouch for it after it. */
final class CertificateChain {
    private static final int MAX_CERTIFICATES = 8;

    private final List<X509Certificate> certificates;

    private CertificateChain(List<X509Certificate> certificates) {
        this.certificates = certificates;
    }

    static CertificateChain parse(byte[] pem) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            certificates.add((X509Certificate) certificate);
        }
        if (certificates.isEmpty() || certificates.size() > MAX_CERTIFICATES) {
            throw new CertificateException("not a chain of at most " + MAX_CERTIFICATES + " certificates");
        }
        return new CertificateChain(certificates);
    }

    X509Certificate signer() {
        return certificates.get(0);
    }

    /** Whether authorities that this Java runtime trusts vouch for the signer at that time. */
    boolean isTrusted(Set<X509Certificate> authorities, Instant now) {
        List<X509Certificate> path = new ArrayList<>(certificates);
        // A root at the end of the chain proves nothing: the runtime's own copy counts.
        path.removeIf(
                certificate -> certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal()));
        if (path.isEmpty() || authorities.isEmpty()) {
            return false;
        }
        try {
            Set<TrustAnchor> anchors = new HashSet<>();
            authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
            PKIXParameters parameters = new PKIXParameters(anchors);
            // Revocation would mean more hosts to reach; the certificate comes from PayPal's host anew every day.
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return true;
        } catch (GeneralSecurityException untrusted) {
            return false;
        }
    }

    /** The authorities that this Java runtime trusts. */
    static Set<X509Certificate> runtimeAuthorities() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            Set<X509Certificate> authorities = new HashSet<>();
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    authorities.addAll(List.of(x509.getAcceptedIssuers()));
                }
            }
            return Set.copyOf(authorities);
        } catch (GeneralSecurityException none) {
            throw new IllegalStateException("this Java runtime has no trust store", none);
        }
    }
}
