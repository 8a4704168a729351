package io.infloop.core.internal.settings;

import io.infloop.core.internal.Refusal;
import io.infloop.core.internal.process.EnvPatterns;
import io.infloop.core.internal.settings.SettingDefault.Locations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Turns the environment that was handed over into settings. */
public final class SettingsReader {
    private static final int REPORTED_UNKNOWN = 50;

    /**
     * What came of it.
     *
     * @param warnings one sentence each, for the log
     */
    public record Result(ServerSettings settings, List<String> warnings) {}

    private final Map<String, String> environment;
    private final Function<String, String> properties;
    private final String userHome;
    private final List<String> warnings = new ArrayList<>();
    private final Map<Setting<?>, Object> values = new LinkedHashMap<>();
    private final Map<Setting<?>, SettingOrigin> origins = new LinkedHashMap<>();

    private SettingsReader(Map<String, String> environment, Function<String, String> properties) {
        this.environment = environment;
        this.properties = properties;
        this.userHome = text("HOME").orElseGet(() -> System.getProperty("user.home", "/"));
    }

    /**
     * @param properties the framework's, which locate home and data; {@code null} for one that is not set
     * @throws Refusal if a setting that matters to security cannot be honoured
     */
    public static Result read(Map<String, String> environment, Function<String, String> properties) {
        return new SettingsReader(environment, properties).read();
    }

    private Result read() {
        Path home = located("infloop.home").orElseGet(() -> Path.of("").toAbsolutePath());
        Path data = located("infloop.data")
                .or(() -> text("INFLOOP_DATA_DIR").map(text -> path("INFLOOP_DATA_DIR", text)))
                .orElseGet(() -> path("HOME", userHome).resolve(".infinite-loop"));
        Locations locations = new Locations(data, home);
        SettingCatalogue.ALL.forEach(setting -> take(setting, locations));
        values.put(SettingCatalogue.DATA_DIR, data);
        ServerSettings settings = new ServerSettings(values, origins, home);
        warnAboutReserved(settings);
        warnAboutUnknown();
        return new Result(settings, List.copyOf(warnings));
    }

    private <T> void take(Setting<T> setting, Locations locations) {
        if (setting == SettingCatalogue.PROVIDER_BIN) {
            Map<String, String> programs = collected(SettingCatalogue.PROVIDER_BIN.prefix());
            values.put(setting, programs);
            if (!programs.isEmpty()) {
                origins.put(setting, SettingOrigin.ENVIRONMENT);
            }
            return;
        }
        T standard = setting.standard().value().apply(locations);
        Optional<String> text = text(setting.name());
        if (text.isEmpty()) {
            values.put(setting, standard);
            return;
        }
        try {
            take(setting, setting.type().parse(text.get(), userHome));
        } catch (UnusableValueException unusable) {
            if (setting.strict() || setting.type() == SettingTypes.PATH) {
                throw new Refusal(
                        "invalid-setting", setting.name() + " " + unusable.getMessage() + "; correct or unset it");
            }
            warnings.add(setting.name() + " " + unusable.getMessage() + "; using "
                    + setting.standard().text());
            values.put(setting, standard);
        }
    }

    private <T> void take(Setting<T> setting, T value) {
        values.put(setting, value);
        origins.put(setting, SettingOrigin.ENVIRONMENT);
    }

    /** An empty value counts as not set. */
    private Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private Optional<Path> located(String property) {
        return Optional.ofNullable(properties.apply(property))
                .filter(value -> !value.isBlank())
                .map(value -> path(property, value));
    }

    private Path path(String name, String text) {
        try {
            return SettingTypes.path(text, userHome);
        } catch (UnusableValueException unusable) {
            throw new Refusal("invalid-setting", name + " " + unusable.getMessage() + "; correct or unset it");
        }
    }

    private Map<String, String> collected(String prefix) {
        Map<String, String> found = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(prefix) && name.length() > prefix.length() && !value.isBlank()) {
                found.put(name.substring(prefix.length()), value.strip());
            }
        });
        return Map.copyOf(found);
    }

    private void warnAboutReserved(ServerSettings settings) {
        settings.childPassthrough().stream()
                .filter(EnvPatterns::isReserved)
                .forEach(pattern -> warnings.add("INFLOOP_CHILD_ENV_PASSTHROUGH names " + pattern
                        + ", but variables that begin with INFLOOP_ never reach a child"));
    }

    private void warnAboutUnknown() {
        environment.keySet().stream()
                .filter(name -> name.startsWith("INFLOOP_")
                        && SettingCatalogue.find(name).isEmpty())
                .sorted()
                .limit(REPORTED_UNKNOWN)
                .forEach(name -> warnings.add(name + " is not a setting; ignored"
                        + NearestName.of(name)
                                .map(nearest -> " (did you mean " + nearest + "?)")
                                .orElse("")));
    }
}
