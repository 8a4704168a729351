package io.infloop.launcher.client;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.handover.Environment;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the API token comes from: a file named on the command line, the environment, or the person at the terminal. */
public final class TokenSource {
    /** System property set by the start script: whether a person can be asked. */
    private static final String TERMINAL = "infloop.terminal";

    static final String WRONG = "the server does not accept this API token; give the one it was started with: "
            + "--token-file FILE, INFLOOP_API_TOKEN_FILE or INFLOOP_API_TOKEN";

    private final Environment environment;
    private final Optional<Path> file;

    public TokenSource(Environment environment, Optional<Path> file) {
        this.environment = environment;
        this.file = file;
    }

    /**
     * The token that needs no question.
     *
     * @throws CommandFailure if the file cannot be read
     */
    public Optional<String> known() {
        if (file.isEmpty()) {
            return environment.get(Environment.API_TOKEN).map(String::strip).map(TokenSource::sendable);
        }
        try {
            String token = Files.readString(file.get()).strip();
            if (!token.isEmpty()) {
                return Optional.of(sendable(token));
            }
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    CommandFailure.CONFIGURATION, "the token file " + file.get() + " cannot be read", unreadable);
        }
        throw new CommandFailure(CommandFailure.CONFIGURATION, "the token file " + file.get() + " is empty");
    }

    /**
     * Asks the person.
     *
     * @throws CommandFailure if there is none
     */
    public String ask() {
        Console console = Boolean.getBoolean(TERMINAL) ? System.console() : null;
        char[] answer = console == null ? null : console.readPassword("API token: ");
        if (answer == null || answer.length == 0) {
            throw new CommandFailure(
                    CommandFailure.CONFIGURATION,
                    "the server wants an API token; give the one it was started with: --token-file FILE, INFLOOP_API_TOKEN_FILE or INFLOOP_API_TOKEN");
        }
        return sendable(new String(answer).strip());
    }

    /** No server has a token with other characters. */
    private static String sendable(String token) {
        if (!token.chars().allMatch(character -> character > ' ' && character < 127)) {
            throw new CommandFailure(CommandFailure.CONFIGURATION, WRONG);
        }
        return token;
    }
}
