package io.infloop.spi;

/** What was registered stays so until {@link #close()}, which is idempotent, does not block and does not throw. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
    @Override
    void close();
}
