package io.infloop.core.internal.sandbox;

import java.nio.file.Path;
import java.util.List;

/**
 * A child that is about to be started.
 *
 * @param program the resolved executable
 * @param directory where it works
 * @param own the directories besides it that the child may use, wherever they lie: the private one of its node
 */
public record Launch(Path program, List<String> arguments, Path directory, List<Path> own) {
    public Launch {
        arguments = List.copyOf(arguments);
        own = List.copyOf(own);
    }
}
