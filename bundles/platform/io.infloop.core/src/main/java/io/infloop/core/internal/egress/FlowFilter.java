package io.infloop.core.internal.egress;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What may pass in one direction. */
interface FlowFilter {
    /** Everything, and the end too. */
    FlowFilter OPEN = new FlowFilter() {
        @Override
        public ByteBuffer pass(ByteBuffer arrived) {
            return arrived;
        }

        @Override
        public boolean passesEnd() {
            return true;
        }
    };

    /**
     * @param arrived read entirely, or returned
     * @return what to write
     * @throws IOException if it must not pass; the connection ends
     */
    ByteBuffer pass(ByteBuffer arrived) throws IOException;

    /** Whether the end of the input is passed on as the end of the output. */
    boolean passesEnd() throws IOException;

    /** Whether there is any use in reading on. */
    default boolean wantsMore() {
        return true;
    }
}
