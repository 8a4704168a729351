package io.infloop.bench.load;

/** What a load sends. Thread-safe. */
interface Requests {
    /**
     * One request.
     *
     * @param head ends with an empty line
     */
    record Request(byte[] head, byte[] body) {}

    Request next();

    /** Of the answers that count. */
    int expectedStatus();
}
