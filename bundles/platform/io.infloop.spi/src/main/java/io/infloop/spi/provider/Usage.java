package io.infloop.spi.provider;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What an agent run consumed, as far as the agent says.
 *
 * @param inputTokens prompt tokens, cached ones included
 * @param outputTokens generated tokens
 * @param costUsd US dollars, as reported by the agent
 */
public record Usage(OptionalLong inputTokens, OptionalLong outputTokens, OptionalDouble costUsd) {
    public static final Usage UNKNOWN = new Usage(OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.empty());
}
