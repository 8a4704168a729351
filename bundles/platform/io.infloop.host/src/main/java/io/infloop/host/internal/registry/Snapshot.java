package io.infloop.host.internal.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Who serves which contribution, computed from everything that is offered. Immutable.
 *
 * @param serving by kind, then by id in order
 * @param losers offers that do not serve, and the plugin that has their id
 */
record Snapshot(Map<Kind, Map<String, Offer<?>>> serving, Map<Offer<?>, PluginVersion> losers) {
    static final Snapshot EMPTY = new Snapshot(Map.of(), Map.of());

    Offer<?> find(Kind kind, String id) {
        return serving.getOrDefault(kind, Map.of()).get(id);
    }

    /**
     * Decides for every id. An operator's manifest goes before what ships; otherwise the plugin that has an id keeps it, also while
     * it does not offer it at the moment, so that nobody slips into its place; then what ships, then who came first.
     *
     * @param owners by key the id of the plugin that has it; updated
     * @param coming what ships and is not there yet: kept free of an operator's jars
     */
    static Snapshot of(Collection<PluginVersion> versions, Map<Key, String> owners, Predicate<Key> coming) {
        Set<String> present = new HashSet<>();
        Map<Key, List<Offer<?>>> byKey = new HashMap<>();
        for (PluginVersion version : versions) {
            if (version.stage != PluginVersion.Stage.SERVING) {
                continue;
            }
            present.add(version.ref().id());
            version.offers.forEach(offer ->
                    byKey.computeIfAbsent(offer.key(), key -> new ArrayList<>()).add(offer));
        }
        owners.values().retainAll(present);
        Map<Kind, Map<String, Offer<?>>> serving = new EnumMap<>(Kind.class);
        Map<Offer<?>, PluginVersion> losers = new HashMap<>();
        byKey.forEach((key, offers) -> {
            offers.sort(Comparator.comparingLong(offer -> offer.version().rank));
            Offer<?> winner = coming.test(key) ? meanwhile(offers) : winner(key, offers, owners);
            if (winner != null && !winner.isOff()) {
                serving.computeIfAbsent(key.kind(), kind -> new TreeMap<>()).put(key.id(), winner);
            }
            for (Offer<?> offer : offers) {
                PluginVersion holder = winner == null ? holder(versions, owners.get(key)) : winner.version();
                if (holder != null && offer.version() != holder) {
                    losers.put(offer, holder);
                }
            }
        });
        return new Snapshot(serving, losers);
    }

    /** Without an owner: what ships will be it. */
    private static Offer<?> meanwhile(List<Offer<?>> offers) {
        Offer<?> shipped = null;
        for (Offer<?> offer : offers) {
            if (offer.version().origin() == Origin.MANIFEST) {
                return offer;
            }
            if (shipped == null && offer.version().origin() == Origin.SHIPPED) {
                shipped = offer;
            }
        }
        return shipped;
    }

    private static Offer<?> winner(Key key, List<Offer<?>> offers, Map<Key, String> owners) {
        String owner = owners.get(key);
        Offer<?> first = offers.get(0);
        if (owner == null || first.version().origin() == Origin.SHIPPED) {
            owner = first.version().ref().id();
            owners.put(key, owner);
        }
        Offer<?> owned = null;
        Offer<?> override = null;
        for (Offer<?> offer : offers) {
            if (owned == null && offer.version().ref().id().equals(owner)) {
                owned = offer;
            }
            if (override == null && offer.version().origin() == Origin.MANIFEST) {
                override = offer;
            }
        }
        boolean overridable = owned != null && owned.version().origin() == Origin.SHIPPED;
        return overridable && override != null ? override : owned;
    }

    private static PluginVersion holder(Collection<PluginVersion> versions, String owner) {
        return versions.stream()
                .filter(version -> version.stage == PluginVersion.Stage.SERVING
                        && version.ref().id().equals(owner))
                .findFirst()
                .orElse(null);
    }
}
