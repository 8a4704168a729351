package io.infloop.provider.cli.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.provider.ManifestException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fields of a provider manifest that belong to this transport, checked. */
record CliManifest(
        String bin,
        List<String> args,
        String outputFormat,
        PromptVia promptVia,
        List<String> envPassthrough,
        Map<String, String> environment,
        List<String> dangerousArgs,
        Optional<List<String>> egressAllowlist,
        SandboxDemand sandbox,
        List<String> credentialFiles,
        boolean interruptFirst) {

    private static final Set<String> FIELDS = Set.of(
            "bin",
            "args",
            "outputFormat",
            "promptVia",
            "envPassthrough",
            "env",
            "dangerousArgs",
            "egressAllowlist",
            "sandbox",
            "sandboxRequired",
            "credentialFiles",
            "interruptFirst");

    static CliManifest read(JsonObject document) throws ManifestException {
        refuseMisspelledFields(document);
        return new CliManifest(
                text(document, "bin"),
                texts(document, "args").orElseThrow(() -> new ManifestException("args: required, an array of texts")),
                text(document, "outputFormat"),
                promptVia(document),
                envPassthrough(document),
                environment(document),
                texts(document, "dangerousArgs").orElse(List.of()),
                egressAllowlist(document),
                new SandboxDemand(level(document, "sandbox"), level(document, "sandboxRequired")),
                credentialFiles(document),
                flag(document, "interruptFirst"));
    }

    /** Unknown fields are for others to read; but {@code egressAllowList} must not be an agent without limits. */
    private static void refuseMisspelledFields(JsonObject document) throws ManifestException {
        for (String name : document.asMap().keySet()) {
            String plain = plain(name);
            for (String field : FIELDS) {
                if (!name.equals(field) && plain.equals(plain(field))) {
                    throw new ManifestException(name + ": unknown field; write " + field);
                }
            }
        }
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    private static String text(JsonObject document, String name) throws ManifestException {
        return document.string(name)
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> new ManifestException(name + ": required, a text that is not empty"));
    }

    private static Optional<List<String>> texts(JsonObject document, String name) throws ManifestException {
        Object value = document.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof List<?> elements && elements.stream().allMatch(String.class::isInstance)) {
            return Optional.of(elements.stream().map(String.class::cast).toList());
        }
        throw new ManifestException(name + ": expected an array of texts");
    }

    private static boolean flag(JsonObject document, String name) throws ManifestException {
        if (document.get(name) == null) {
            return false;
        }
        return document.bool(name).orElseThrow(() -> new ManifestException(name + ": expected true or false"));
    }

    private static PromptVia promptVia(JsonObject document) throws ManifestException {
        Object value = document.get("promptVia");
        if (value == null || value.equals("arg")) {
            return PromptVia.ARG;
        }
        if (value.equals("stdin")) {
            return PromptVia.STDIN;
        }
        throw new ManifestException("promptVia: expected arg or stdin");
    }

    private static List<String> envPassthrough(JsonObject document) throws ManifestException {
        List<String> patterns = texts(document, "envPassthrough").orElse(List.of());
        for (String pattern : patterns) {
            String name = pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
            if (!isVariableName(name)) {
                throw new ManifestException(
                        "envPassthrough: expected names of variables or prefixes such as ACME_*, found: " + pattern);
            }
        }
        return patterns;
    }

    private static Map<String, String> environment(JsonObject document) throws ManifestException {
        Object value = document.get("env");
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof JsonObject variables)) {
            throw new ManifestException("env: expected an object of texts");
        }
        Map<String, String> environment = new LinkedHashMap<>();
        for (Map.Entry<String, Object> variable : variables.asMap().entrySet()) {
            if (!isVariableName(variable.getKey())) {
                throw new ManifestException("env: not the name of a variable: " + variable.getKey());
            }
            if (variable.getKey().toUpperCase(Locale.ROOT).startsWith("INFLOOP_")) {
                throw new ManifestException("env: variables of the server never reach an agent: " + variable.getKey());
            }
            if (!(variable.getValue() instanceof String text) || text.indexOf('\0') >= 0) {
                throw new ManifestException("env." + variable.getKey() + ": expected a text");
            }
            environment.put(variable.getKey(), text);
        }
        return environment;
    }

    private static boolean isVariableName(String name) {
        return !name.isEmpty()
                && !Character.isDigit(name.charAt(0))
                && name.chars().allMatch(c -> c == '_' || c < 128 && Character.isLetterOrDigit(c));
    }

    private static SandboxLevel level(JsonObject document, String name) throws ManifestException {
        Object value = document.get(name);
        if (value == null) {
            return SandboxLevel.OFF;
        }
        return Optional.of(value)
                .filter(String.class::isInstance)
                .flatMap(text -> SandboxLevel.named((String) text))
                .filter(level -> level != SandboxLevel.OFF)
                .orElseThrow(() -> new ManifestException(name
                        + ": expected jail, namespace or user; a manifest can ask for more isolation, never for less"));
    }

    private static List<String> credentialFiles(JsonObject document) throws ManifestException {
        List<String> files = texts(document, "credentialFiles").orElse(List.of());
        for (String file : files) {
            if (file.isBlank()
                    || file.startsWith("/")
                    || file.indexOf('\0') >= 0
                    || List.of(file.split("/", -1)).stream().anyMatch(name -> name.equals("..") || name.equals("."))) {
                throw new ManifestException(
                        "credentialFiles: expected paths below the home directory such as .acme/auth.json, found: "
                                + file);
            }
        }
        return files;
    }

    private static Optional<List<String>> egressAllowlist(JsonObject document) throws ManifestException {
        Optional<List<String>> hosts = texts(document, "egressAllowlist");
        for (String host : hosts.orElse(List.of())) {
            if (!isHost(host.startsWith("*.") ? host.substring(2) : host)) {
                throw new ManifestException(
                        "egressAllowlist: expected hosts such as api.acme.dev or *.acme.dev, no ports, found: " + host);
            }
        }
        return hosts.map(
                list -> list.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList());
    }

    private static boolean isHost(String host) {
        // A literal IPv6 address holds colons, at least two of them; one colon is a port.
        long colons = host.chars().filter(c -> c == ':').count();
        return !host.isEmpty()
                && colons != 1
                && host.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || ".-_:".indexOf(c) >= 0));
    }
}
