package io.infloop.core.internal.net;

import java.net.InetAddress;
import java.util.Optional;

/** A host name, an IP address, or {@code *.domain}, which means every sub-domain but not the domain itself. */
public final class HostPattern {
    private final HostName name;
    private final boolean subdomains;

    private HostPattern(HostName name, boolean subdomains) {
        this.name = name;
        this.subdomains = subdomains;
    }

    /** @throws IllegalArgumentException if the text is none of the three; the message is a sentence */
    public static HostPattern parse(String text) {
        boolean subdomains = text.startsWith("*.");
        Optional<HostName> name = HostName.parseTyped(subdomains ? text.substring(2) : text);
        if (name.isEmpty() || (subdomains && name.get().literal().isPresent())) {
            throw new IllegalArgumentException("\"" + Texts.shown(text) + "\" is not a host: give a host name, *.domain"
                    + " or an IP address, without scheme, port or path");
        }
        return new HostPattern(name.get(), subdomains);
    }

    /** An IP address matches only when it is listed as such. */
    public boolean matches(HostName host) {
        if (name.literal().isPresent() || host.literal().isPresent()) {
            return name.literal().isPresent() && name.literal().equals(host.literal());
        }
        return subdomains
                ? host.text().endsWith("." + name.text())
                : host.text().equals(name.text());
    }

    /** Whether this is the literal of that address. */
    public boolean isAddress(InetAddress address) {
        return name.literal().filter(address::equals).isPresent();
    }

    @Override
    public String toString() {
        return subdomains ? "*." + name.text() : name.text();
    }
}
