package io.infloop.core.internal.process;

import io.infloop.spi.process.SpawnException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Builds the environment of every child from an allow-list. Immutable; keeps the server's own environment in memory. */
public final class ChildEnvironment {
    static final Set<String> BASE = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "PWD",
            "LANG",
            "LANGUAGE",
            "TZ",
            "TERM",
            "COLORTERM",
            "NO_COLOR",
            "FORCE_COLOR",
            "TMPDIR",
            "TEMP",
            "TMP",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            "XDG_RUNTIME_DIR",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "NODE_EXTRA_CA_CERTS",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "all_proxy");
    private static final List<String> BASE_PREFIXES = List.of("LC_*");
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private final Map<String, String> server;
    private final List<String> operatorPatterns;

    /**
     * @param server the environment handed over at start
     * @param operatorPatterns valid patterns that apply to every child
     */
    public ChildEnvironment(Map<String, String> server, List<String> operatorPatterns) {
        this.server = Map.copyOf(server);
        this.operatorPatterns = List.copyOf(operatorPatterns);
    }

    /**
     * The environment of one child: base set, operator's and child's patterns, fixed values, in this order; the working directory
     * as PWD; HOME always; the server's own variables never.
     *
     * @throws SpawnException if a pattern or a name cannot be honoured
     */
    Map<String, String> forChild(List<String> patterns, Map<String, String> fixed, Path directory)
            throws SpawnException {
        for (String pattern : patterns) {
            if (EnvPatterns.problem(pattern).isPresent()) {
                throw new SpawnException(
                        "envPassthrough: " + EnvPatterns.problem(pattern).get());
            }
        }
        Map<String, String> child = new TreeMap<>();
        server.forEach((name, value) -> {
            if (BASE.contains(name)
                    || EnvPatterns.matchesAny(BASE_PREFIXES, name)
                    || EnvPatterns.matchesAny(operatorPatterns, name)
                    || EnvPatterns.matchesAny(patterns, name)) {
                child.put(name, value);
            }
        });
        for (Map.Entry<String, String> entry : fixed.entrySet()) {
            if (entry.getKey().isEmpty()
                    || entry.getKey().indexOf('=') >= 0
                    || entry.getKey().indexOf(0) >= 0
                    || entry.getValue().indexOf(0) >= 0) {
                throw new SpawnException("a variable of the child has an unusable name, or a NUL in its value");
            }
            child.put(entry.getKey(), entry.getValue());
        }
        child.putIfAbsent("PATH", DEFAULT_PATH);
        child.putIfAbsent("HOME", System.getProperty("user.home", "/"));
        child.put("PWD", directory.toString());
        child.keySet().removeIf(EnvPatterns::isReserved);
        return child;
    }
}
