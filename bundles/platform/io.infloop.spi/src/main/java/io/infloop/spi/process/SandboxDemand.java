package io.infloop.spi.process;

import java.util.Objects;

/**
 * How far a child is to be kept apart. Demands of operator, provider and node are added up: each can ask for more than the others,
 * never for less.
 *
 * @param wanted used if the machine can do it, otherwise the best it can do
 * @param required below it nothing is run
 */
public record SandboxDemand(SandboxLevel wanted, SandboxLevel required) {
    /** Asks for nothing. */
    public static final SandboxDemand NONE = new SandboxDemand(SandboxLevel.OFF, SandboxLevel.OFF);

    public SandboxDemand {
        Objects.requireNonNull(wanted, "wanted is null");
        Objects.requireNonNull(required, "required is null");
    }

    /** The stronger of both, part by part. */
    public SandboxDemand and(SandboxDemand other) {
        return new SandboxDemand(wanted.strongerOf(other.wanted), required.strongerOf(other.required));
    }
}
