package io.infloop.core.internal.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a name. Blocks. */
@FunctionalInterface
public interface NameResolver {
    /** The machine's own. */
    NameResolver SYSTEM = name -> List.of(InetAddress.getAllByName(name));

    /** @return at least one, in the order in which they should be tried */
    List<InetAddress> resolve(String name) throws UnknownHostException;
}
