package io.infloop.core.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.core.instance.StartPart;
import io.infloop.core.internal.Refusal;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class HttpListenerTest {
    private final List<String> registered = new CopyOnWriteArrayList<>();

    @Test
    void partsThatNeverComeEndTheServerWithAReason() {
        List<Refusal> aborted = new CopyOnWriteArrayList<>();
        HttpListener listener = new HttpListener(
                framework(),
                new Door(Optional.empty(), "127.0.0.1"),
                "127.0.0.1",
                0,
                "0",
                port -> {},
                aborted::add,
                Duration.ofMillis(50));
        listener.start();
        await().until(() -> !aborted.isEmpty());

        assertThat(aborted).singleElement().satisfies(refusal -> {
            assertThat(refusal.reason()).isEqualTo("parts-not-ready");
            assertThat(refusal.exitCode()).as("worth another attempt").isEqualTo(75);
            assertThat(refusal.text()).contains("engine", "http").startsWith("refusing-to-start: parts-not-ready\n");
        });
        listener.close();
        assertThat(registered).isEmpty();
        assertThat(aborted).hasSize(1);
    }

    /** A framework in which nothing is registered except by the listener. */
    private BundleContext framework() {
        return (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getProperty")) {
                        return StartPart.REQUIRED_PARTS.equals(arguments[0]) ? "engine" : null;
                    }
                    if (method.getName().equals("registerService")) {
                        String name = ((Class<?>) arguments[0]).getName();
                        registered.add(name);
                        return registration(name);
                    }
                    return method.getReturnType() == java.util.Collection.class ? List.of() : null;
                });
    }

    private ServiceRegistration<?> registration(String name) {
        return (ServiceRegistration<?>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServiceRegistration.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("unregister")) {
                        registered.remove(name);
                    }
                    return null;
                });
    }
}
