package io.infloop.core.internal.process;

import io.infloop.core.internal.egress.EgressDenial;
import io.infloop.core.internal.egress.EgressException;
import io.infloop.core.internal.egress.EgressGateway;
import io.infloop.core.internal.egress.EgressListener;
import io.infloop.core.internal.egress.EgressOwner;
import io.infloop.core.internal.egress.EgressPolicy;
import io.infloop.core.internal.egress.EgressSession;
import io.infloop.core.internal.egress.ProxyEnvironment;
import io.infloop.core.internal.sandbox.JailConfinement;
import io.infloop.core.process.ProcessOwner;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Decides which children reach the network through a proxy of their own, and opens it. Immutable. */
public final class EgressRules {
    /** What the operator asks for. */
    public enum Enforcement {
        OFF,
        DECLARED,
        STRICT
    }

    private static final int MOST_NOTICES = 20;

    private final EgressGateway gateway;
    private final Enforcement enforcement;

    public EgressRules(EgressGateway gateway, Enforcement enforcement) {
        this.gateway = gateway;
        this.enforcement = enforcement;
    }

    /**
     * Opens the proxy of a child that needs one and points its variables there.
     *
     * @param place of a child in a jail; empty for others
     * @param notices runs what tells a person about denials
     * @return the proxy, to be closed when the child has ended
     * @throws SpawnException if it cannot be opened; the child must not run then
     */
    Optional<EgressSession> open(
            ProcessSpec spec,
            ProcessOwner owner,
            Optional<RunPlace> place,
            Map<String, String> variables,
            Executor notices)
            throws SpawnException {
        Optional<List<String>> hosts = declared(spec, owner);
        if (place.isPresent() && hosts.isEmpty()) {
            variables.keySet().removeAll(ProxyEnvironment.REMOVED);
            spec.notices()
                    .accept("[egress] no network: no allow-list (egressAllowlist) is declared for this child, and in"
                            + " the jail nothing else is reachable");
            return Optional.empty();
        }
        if (place.isEmpty() && !isProxied(spec, hosts.isPresent())) {
            return Optional.empty();
        }
        EgressSession session = null;
        try {
            session = gateway.open(policy(hosts), egressOwner(owner), listener(spec, notices));
            URI proxy = place.isPresent() ? URI.create(JailConfinement.proxy()) : session.listenOnLoopback();
            if (place.isPresent()) {
                session.listenOnSocket(place.get().network().orElseThrow());
            }
            ProxyEnvironment.apply(variables, proxy);
            return Optional.of(session);
        } catch (EgressException | IllegalArgumentException failed) {
            if (session != null) {
                session.close();
            }
            throw SpawnException.refused("egress proxy failed to start: " + failed.getMessage());
        }
    }

    private boolean isProxied(ProcessSpec spec, boolean declares) {
        return switch (enforcement) {
            case OFF -> false;
            case DECLARED -> {
                if (!declares) {
                    spec.notices()
                            .accept("[egress] not enforced: no allow-list (egressAllowlist) is declared for this"
                                    + " child, so it can reach every host");
                }
                yield declares;
            }
            case STRICT -> {
                if (!declares) {
                    spec.notices()
                            .accept("[egress] no host is allowed: no allow-list (egressAllowlist) is declared for"
                                    + " this child");
                }
                yield true;
            }
        };
    }

    /** Of manifest and node together; empty if neither declares any. A list that is not one is refused before anybody relies on it. */
    private static Optional<List<String>> declared(ProcessSpec spec, ProcessOwner owner) throws SpawnException {
        if (owner.egressAllowlist().isEmpty()) {
            return spec.declaresEgress() ? Optional.of(spec.egressAllowlist()) : Optional.empty();
        }
        List<String> hosts = owner.egressAllowlist().get();
        try {
            EgressPolicy.allowing(hosts);
        } catch (IllegalArgumentException notHosts) {
            throw SpawnException.refused("egressAllowlist of the node: " + notHosts.getMessage());
        }
        return Optional.of(Stream.concat(spec.egressAllowlist().stream(), hosts.stream())
                .distinct()
                .toList());
    }

    private static EgressPolicy policy(Optional<List<String>> hosts) {
        return hosts.map(EgressPolicy::allowing).orElse(EgressPolicy.NOTHING);
    }

    private static EgressOwner egressOwner(ProcessOwner owner) {
        return new EgressOwner(owner.pluginId(), owner.runId(), owner.nodePath(), owner.correlationId());
    }

    /** Some of them; a child that asks again and again is in the audit. */
    private static EgressListener listener(ProcessSpec spec, Executor notices) {
        AtomicInteger told = new AtomicInteger();
        return (EgressDenial denial) -> {
            if (told.getAndIncrement() < MOST_NOTICES) {
                try {
                    notices.execute(() -> spec.notices().accept("[egress] " + denial.sentence()));
                } catch (RejectedExecutionException shutDown) {
                    return;
                }
            }
        };
    }
}
