package io.infloop.itests.blackbox;

import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Server;
import java.nio.file.Path;

/** One server for all tests that do not mind others; started by the first, stopped with the JVM. */
final class SharedServer {
    private static Server server;

    private SharedServer() {}

    static synchronized Server get() {
        if (server == null) {
            Path data = Distribution.temporaryDirectory("shared").resolve("data");
            server = Server.on(data)
                    .with("INFLOOP_MAX_CONCURRENT_RUNS", "4")
                    .with("INFLOOP_TRUSTED_PROXIES", "127.0.0.1")
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        }
        return server;
    }
}
