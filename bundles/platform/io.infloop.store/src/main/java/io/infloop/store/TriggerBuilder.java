package io.infloop.store;

import io.infloop.core.net.AddressBlock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Makes triggers member by member; not thread-safe. What the members mean is told at {@link Trigger}. */
public final class TriggerBuilder {
    private String id;
    private String name = "";
    private boolean enabled = true;
    private String workflowId;
    private String pluginId;
    private Optional<String> eventType = Optional.empty();
    private List<Trigger.Predicate> match = List.of();
    private Map<String, String> inputs = Map.of();
    private List<TriggerSecret> secrets = List.of();
    private boolean verifyOptional;
    private OptionalLong boundAt = OptionalLong.empty();
    private Map<String, String> config = Map.of();
    private Optional<String> publicUrl = Optional.empty();
    private int maxBodyBytes = Trigger.DEFAULT_MAX_BODY_BYTES;
    private OptionalInt rateLimitPerMinute = OptionalInt.empty();
    private List<AddressBlock> ipAllow = List.of();
    private Trigger.Dedup dedup = Trigger.Dedup.DEFAULT;
    private Optional<Trigger.Concurrency> concurrency = Optional.empty();
    private boolean keepRejected;
    private OptionalLong lastFiredAt = OptionalLong.empty();
    private long createdAt;
    private long updatedAt;

    TriggerBuilder(String id, String workflowId, String pluginId) {
        this.id = id;
        this.workflowId = workflowId;
        this.pluginId = pluginId;
    }

    TriggerBuilder(Trigger trigger) {
        id = trigger.id();
        name = trigger.name();
        enabled = trigger.enabled();
        workflowId = trigger.workflowId();
        pluginId = trigger.pluginId();
        eventType = trigger.eventType();
        match = trigger.match();
        inputs = trigger.inputs();
        secrets = trigger.secrets();
        verifyOptional = trigger.verifyOptional();
        boundAt = trigger.boundAt();
        config = trigger.config();
        publicUrl = trigger.publicUrl();
        maxBodyBytes = trigger.maxBodyBytes();
        rateLimitPerMinute = trigger.rateLimitPerMinute();
        ipAllow = trigger.ipAllow();
        dedup = trigger.dedup();
        concurrency = trigger.concurrency();
        keepRejected = trigger.keepRejected();
        lastFiredAt = trigger.lastFiredAt();
        createdAt = trigger.createdAt();
        updatedAt = trigger.updatedAt();
    }

    public TriggerBuilder id(String value) {
        id = Objects.requireNonNull(value, "id is null");
        return this;
    }

    public TriggerBuilder name(String value) {
        name = Objects.requireNonNull(value, "name is null");
        return this;
    }

    public TriggerBuilder enabled(boolean value) {
        enabled = value;
        return this;
    }

    public TriggerBuilder workflowId(String value) {
        workflowId = Objects.requireNonNull(value, "workflowId is null");
        return this;
    }

    public TriggerBuilder pluginId(String value) {
        pluginId = Objects.requireNonNull(value, "pluginId is null");
        return this;
    }

    public TriggerBuilder eventType(Optional<String> value) {
        eventType = Objects.requireNonNull(value, "eventType is null");
        return this;
    }

    public TriggerBuilder match(List<Trigger.Predicate> value) {
        match = Objects.requireNonNull(value, "match is null");
        return this;
    }

    public TriggerBuilder inputs(Map<String, String> value) {
        inputs = Objects.requireNonNull(value, "inputs is null");
        return this;
    }

    public TriggerBuilder secrets(List<TriggerSecret> value) {
        secrets = Objects.requireNonNull(value, "secrets is null");
        return this;
    }

    public TriggerBuilder verifyOptional(boolean value) {
        verifyOptional = value;
        return this;
    }

    public TriggerBuilder boundAt(OptionalLong value) {
        boundAt = Objects.requireNonNull(value, "boundAt is null");
        return this;
    }

    public TriggerBuilder config(Map<String, String> value) {
        config = Objects.requireNonNull(value, "config is null");
        return this;
    }

    public TriggerBuilder publicUrl(Optional<String> value) {
        publicUrl = Objects.requireNonNull(value, "publicUrl is null");
        return this;
    }

    public TriggerBuilder maxBodyBytes(int value) {
        maxBodyBytes = value;
        return this;
    }

    public TriggerBuilder rateLimitPerMinute(OptionalInt value) {
        rateLimitPerMinute = Objects.requireNonNull(value, "rateLimitPerMinute is null");
        return this;
    }

    public TriggerBuilder ipAllow(List<AddressBlock> value) {
        ipAllow = Objects.requireNonNull(value, "ipAllow is null");
        return this;
    }

    public TriggerBuilder dedup(Trigger.Dedup value) {
        dedup = Objects.requireNonNull(value, "dedup is null");
        return this;
    }

    public TriggerBuilder concurrency(Optional<Trigger.Concurrency> value) {
        concurrency = Objects.requireNonNull(value, "concurrency is null");
        return this;
    }

    public TriggerBuilder keepRejected(boolean value) {
        keepRejected = value;
        return this;
    }

    public TriggerBuilder lastFiredAt(OptionalLong value) {
        lastFiredAt = Objects.requireNonNull(value, "lastFiredAt is null");
        return this;
    }

    public TriggerBuilder createdAt(long value) {
        createdAt = value;
        return this;
    }

    public TriggerBuilder updatedAt(long value) {
        updatedAt = value;
        return this;
    }

    /** One secret, in place of those there were. */
    public TriggerBuilder secret(TriggerSecret value) {
        return secrets(List.of(value));
    }

    public Trigger build() {
        return new Trigger(
                id,
                name,
                enabled,
                workflowId,
                pluginId,
                eventType,
                match,
                inputs,
                secrets,
                verifyOptional,
                boundAt,
                config,
                publicUrl,
                maxBodyBytes,
                rateLimitPerMinute,
                ipAllow,
                dedup,
                concurrency,
                keepRejected,
                lastFiredAt,
                createdAt,
                updatedAt);
    }
}
