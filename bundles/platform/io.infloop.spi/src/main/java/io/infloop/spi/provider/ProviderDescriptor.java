package io.infloop.spi.provider;

import io.infloop.spi.process.SandboxDemand;
import java.util.Optional;

/**
 * Describes a provider for palettes and forms.
 *
 * @param id the provider's id
 * @param label name for people
 * @param description one sentence
 * @param glyph a single symbol
 * @param transport id of the transport, {@code cli} or {@code http} among them
 * @param needsWorkingDirectory whether a request must name a directory
 * @param canSkipPermissions whether {@link AgentRequest#skipPermissions()} has an effect
 * @param limitsEgress whether the hosts it needs are declared
 * @param sandbox how far its children are kept apart at least
 */
public record ProviderDescriptor(
        String id,
        String label,
        String description,
        Optional<String> glyph,
        String transport,
        boolean needsWorkingDirectory,
        boolean canSkipPermissions,
        boolean limitsEgress,
        SandboxDemand sandbox) {
    /** A provider that demands no isolation of its own. */
    public ProviderDescriptor(
            String id,
            String label,
            String description,
            Optional<String> glyph,
            String transport,
            boolean needsWorkingDirectory,
            boolean canSkipPermissions,
            boolean limitsEgress) {
        this(
                id,
                label,
                description,
                glyph,
                transport,
                needsWorkingDirectory,
                canSkipPermissions,
                limitsEgress,
                SandboxDemand.NONE);
    }
}
