package io.infloop.core.internal.sandbox;

import java.io.IOException;

/** Starts a child from the thread whose death would be the child's. */
@FunctionalInterface
public interface ChildStarter {
    Process start(ProcessBuilder builder) throws IOException;
}
