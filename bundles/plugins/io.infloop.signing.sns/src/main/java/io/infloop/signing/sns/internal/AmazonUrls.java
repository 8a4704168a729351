package io.infloop.signing.sns.internal;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** URLs inside messages that may be fetched: those of Amazon's own SNS hosts. */
final class AmazonUrls {
    private static final int MAX_LENGTH = 2_048;
    private static final int MIN_REGION = 3;

    private AmazonUrls() {}

    /** The certificate by which a message is signed. */
    static Optional<URI> certificate(String url) {
        return of(url).filter(uri -> uri.getPath().endsWith(".pem") && uri.getRawQuery() == null);
    }

    /** Where a subscription is confirmed. */
    static Optional<URI> confirmation(String url) {
        return of(url).filter(uri ->
                uri.getRawQuery() != null && uri.getRawQuery().startsWith("Action=ConfirmSubscription&"));
    }

    private static Optional<URI> of(String url) {
        if (url.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(url);
            boolean plain = "https".equals(uri.getScheme())
                    && uri.getRawUserInfo() == null
                    && (uri.getPort() == -1 || uri.getPort() == 443)
                    && uri.getHost() != null
                    && uri.getPath() != null;
            return plain && isAmazon(uri.getHost()) ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    /** {@code sns.<region>.amazonaws.com}, with {@code .cn} for China. */
    private static boolean isAmazon(String host) {
        String rest = host.endsWith(".cn") ? host.substring(0, host.length() - 3) : host;
        String prefix = "sns.";
        String suffix = ".amazonaws.com";
        if (!rest.startsWith(prefix) || !rest.endsWith(suffix) || rest.length() <= prefix.length() + suffix.length()) {
            return false;
        }
        String region = rest.substring(prefix.length(), rest.length() - suffix.length());
        return region.length() >= MIN_REGION
                && region.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-');
    }
}
