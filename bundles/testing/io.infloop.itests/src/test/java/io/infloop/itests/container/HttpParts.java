package io.infloop.itests.container;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.felix.http.jetty.ConnectorFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.servlet.context.ServletContextHelper;
import org.osgi.service.servlet.runtime.dto.DTOConstants;
import org.osgi.service.servlet.runtime.dto.RuntimeDTO;
import org.osgi.service.servlet.runtime.dto.ServletContextDTO;
import org.osgi.service.servlet.whiteboard.Preprocessor;

/** One service of each kind by which a bundle becomes part of the HTTP service, and what has come of them. */
final class HttpParts implements AutoCloseable {
    private static final String PREFIX = "osgi.http.whiteboard.";

    private final Map<String, ServiceRegistration<?>> registrations = new LinkedHashMap<>();
    /** Those that somebody called. */
    private final Set<String> called = new ConcurrentSkipListSet<>();

    /**
     * @param context of the bundle whose services they are
     * @param name in their paths
     */
    HttpParts(BundleContext context, String name) {
        register(context, "servlet", Servlet.class, new Answers(), Map.of("servlet.pattern", "/" + name + "/servlet"));
        register(
                context, "error page", Servlet.class, new Answers(), Map.of("servlet.errorPage", new String[] {"404"}));
        register(context, "filter", Filter.class, new Watches("filter"), Map.of("filter.pattern", "/*"));
        register(context, "listener", ServletRequestListener.class, new Listens(), Map.of("listener", "true"));
        register(context, "preprocessor", Preprocessor.class, new Watches("preprocessor"), Map.of());
        register(
                context,
                "servlet context",
                ServletContextHelper.class,
                new ServletContextHelper() {},
                Map.of("context.name", name, "context.path", "/" + name + "/context"));
        register(
                context,
                "resource",
                Object.class,
                new Object(),
                Map.of("resource.pattern", "/" + name + "/resource/*", "resource.prefix", "/"));
        register(context, "connector", ConnectorFactory.class, new Connects(), Map.of());
    }

    private <T> void register(
            BundleContext context, String kind, Class<T> type, T service, Map<String, Object> properties) {
        Dictionary<String, Object> all = new Hashtable<>();
        properties.forEach((name, value) -> all.put(PREFIX + name, value));
        all.put(Constants.SERVICE_RANKING, Integer.MAX_VALUE);
        registrations.put(kind, context.registerService(type, service, all));
    }

    Set<String> kinds() {
        return new TreeSet<>(registrations.keySet());
    }

    /** The kinds that the HTTP service has taken or called; also those it only knows of, and could not use. */
    Set<String> takenBy(RuntimeDTO runtime) {
        Set<Long> known = servicesOf(runtime);
        Set<String> taken = new TreeSet<>(called);
        registrations.forEach((kind, registration) -> {
            if (known.contains((Long) registration.getReference().getProperty(Constants.SERVICE_ID))) {
                taken.add(kind);
            }
        });
        return taken;
    }

    private static Set<Long> servicesOf(RuntimeDTO runtime) {
        List<LongStream> ids = new ArrayList<>();
        for (ServletContextDTO context : runtime.servletContextDTOs) {
            ids.add(LongStream.of(context.serviceId));
            ids.add(Arrays.stream(context.servletDTOs).mapToLong(part -> part.serviceId));
            ids.add(Arrays.stream(context.resourceDTOs).mapToLong(part -> part.serviceId));
            ids.add(Arrays.stream(context.filterDTOs).mapToLong(part -> part.serviceId));
            ids.add(Arrays.stream(context.errorPageDTOs).mapToLong(part -> part.serviceId));
            ids.add(Arrays.stream(context.listenerDTOs).mapToLong(part -> part.serviceId));
        }
        ids.add(Arrays.stream(runtime.preprocessorDTOs).mapToLong(part -> part.serviceId));
        ids.add(Arrays.stream(runtime.failedServletContextDTOs).mapToLong(part -> part.serviceId));
        ids.add(Arrays.stream(runtime.failedServletDTOs).mapToLong(part -> part.serviceId));
        ids.add(Arrays.stream(runtime.failedResourceDTOs).mapToLong(part -> part.serviceId));
        ids.add(Arrays.stream(runtime.failedFilterDTOs).mapToLong(part -> part.serviceId));
        ids.add(Arrays.stream(runtime.failedErrorPageDTOs).mapToLong(part -> part.serviceId));
        ids.add(Arrays.stream(runtime.failedListenerDTOs).mapToLong(part -> part.serviceId));
        ids.add(Arrays.stream(runtime.failedPreprocessorDTOs).mapToLong(part -> part.serviceId));
        Set<Long> all = new TreeSet<>();
        ids.forEach(some -> some.forEach(all::add));
        return all;
    }

    /** What the HTTP service could not use, for messages. */
    static String failuresOf(RuntimeDTO runtime) {
        return Stream.of(runtime.failedServletDTOs)
                        .map(part -> part.name + ":" + part.failureReason)
                        .toList()
                + " (" + DTOConstants.FAILURE_REASON_SERVICE_NOT_GETTABLE + " is: not gettable)";
    }

    @Override
    public void close() {
        registrations.values().forEach(ServiceRegistration::unregister);
    }

    private static final class Answers extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getOutputStream().print("stolen");
        }
    }

    private final class Watches implements Filter, Preprocessor {
        private final String kind;

        Watches(String kind) {
            this.kind = kind;
        }

        @Override
        public void init(jakarta.servlet.FilterConfig config) {
            called.add(kind);
        }

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            called.add(kind);
            chain.doFilter(request, response);
        }

        @Override
        public void destroy() {
            // nothing is held
        }
    }

    private final class Listens implements ServletRequestListener {
        @Override
        public void requestInitialized(ServletRequestEvent event) {
            called.add("listener");
        }
    }

    private final class Connects implements ConnectorFactory {
        @Override
        public Connector createConnector(Server server) {
            called.add("connector");
            ServerConnector connector = new ServerConnector(server);
            connector.setHost("127.0.0.1");
            return connector;
        }
    }
}
