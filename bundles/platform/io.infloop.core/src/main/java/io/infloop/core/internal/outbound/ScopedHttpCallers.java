package io.infloop.core.internal.outbound;

import io.infloop.core.internal.egress.EgressGateway;
import io.infloop.core.internal.egress.EgressPolicy;
import io.infloop.spi.http.HttpCaller;
import java.net.http.HttpClient;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Gives each bundle a caller of its own, so that its calls are known as its own and end when it lets go of it. */
public final class ScopedHttpCallers implements ServiceFactory<HttpCaller> {
    private final EgressGateway gateway;
    private final Function<String, EgressPolicy> policies;
    private final ScheduledExecutorService timer;

    /**
     * @param policies where the plugin of that symbolic name may connect to
     * @param timer for timeouts; tasks are quick
     */
    public ScopedHttpCallers(
            EgressGateway gateway, Function<String, EgressPolicy> policies, ScheduledExecutorService timer) {
        this.gateway = gateway;
        this.policies = policies;
        this.timer = timer;
    }

    @Override
    public HttpCaller getService(Bundle bundle, ServiceRegistration<HttpCaller> registration) {
        String pluginId = bundle.getSymbolicName();
        return new EgressHttpCaller(gateway, policies.apply(pluginId), pluginId, timer, HttpClient::newBuilder);
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<HttpCaller> registration, HttpCaller caller) {
        ((EgressHttpCaller) caller).close();
    }
}
