package io.infloop.launcher.cli;

import io.infloop.launcher.client.ApiClient;
import io.infloop.launcher.client.RunningServer;
import io.infloop.launcher.client.TokenSource;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of commands that talk to a running server. */
final class ServerOptions {
    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the API token. Default: INFLOOP_API_TOKEN, INFLOOP_API_TOKEN_FILE, or a question.")
    private Path tokenFile;

    @Option(
            names = "--instance",
            paramLabel = "ID",
            description = "Which server, when several share the data directory. Default: the oldest.")
    private String instance;

    /** A client of the chosen server. */
    ApiClient connect(Context context) {
        RunningServer server = RunningServer.find(context.environment().dataDirectory(), Optional.ofNullable(instance));
        return new ApiClient(server.url(), new TokenSource(context.environment(), Optional.ofNullable(tokenFile)));
    }
}
