package io.infloop.core.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.servlet.runtime.HttpServiceRuntime;
import org.osgi.service.servlet.runtime.dto.PreprocessorDTO;
import org.osgi.service.servlet.runtime.dto.RuntimeDTO;

class JettyPortTest {
    private final AtomicBoolean registered = new AtomicBoolean();

    /** The service is seen before the one who registers it has got its registration; then it says that it is unregistered. */
    @Test
    void aRuntimeThatDoesNotKnowYetThatItIsRegisteredIsAskedAgain() {
        JettyPort port = new JettyPort(framework(), "127.0.0.1");
        ServiceReference<HttpServiceRuntime> runtime = reference();

        assertThat(port.asksTheDoor(runtime, 7)).isFalse();
        registered.set(true);
        assertThat(port.asksTheDoor(runtime, 7)).isTrue();
        assertThat(port.asksTheDoor(runtime, 8)).isFalse();
    }

    private BundleContext framework() {
        HttpServiceRuntime runtime = (HttpServiceRuntime) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServiceRuntime.class}, (proxy, method, arguments) -> {
                    if (!registered.get()) {
                        throw new IllegalStateException("Service is already unregistered");
                    }
                    PreprocessorDTO door = new PreprocessorDTO();
                    door.serviceId = 7;
                    RuntimeDTO state = new RuntimeDTO();
                    state.preprocessorDTOs = new PreprocessorDTO[] {door};
                    return state;
                });
        return (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> method.getName().equals("getService") ? runtime : null);
    }

    @SuppressWarnings("unchecked") // a proxy knows no type parameters
    private ServiceReference<HttpServiceRuntime> reference() {
        return (ServiceReference<HttpServiceRuntime>) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (proxy, method, arguments) -> null);
    }
}
