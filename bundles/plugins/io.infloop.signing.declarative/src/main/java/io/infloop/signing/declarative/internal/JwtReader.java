package io.infloop.signing.declarative.internal;

import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.ValueLocation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads declarations of tokens. */
final class JwtReader {
    private static final int MAX_ALGORITHMS = 4;
    private static final int MAX_CLAIMS = 16;
    private static final int DEFAULT_SKEW_SECONDS = 60;
    private static final int MAX_SKEW_SECONDS = 600;

    private final Block block;

    private JwtReader(Block block) {
        this.block = block;
    }

    static JwtRule read(Block block) {
        return new JwtReader(block).rule();
    }

    private JwtRule rule() {
        ValueLocation source = Source.inRequest(block.block("source", "{\"from\":\"header\",\"name\":…}"));
        SignatureFormat format = SignatureFormat.read(block);
        if (!(format instanceof SignatureFormat.Raw) && !(format instanceof SignatureFormat.Prefix)) {
            throw block.wrong("format.type", "a token stands alone or after a prefix: raw or prefix");
        }
        List<Variable> variables = Variable.read(block);
        for (Variable variable : variables) {
            if (variable.source() instanceof Source.InSignature) {
                throw block.wrong("variables." + variable.name(), "a token is no list of pairs");
            }
        }
        return new JwtRule(
                source,
                format,
                provers(),
                plainTemplate("issuer"),
                plainTemplate("audience"),
                block.texts("requireClaims", MAX_CLAIMS),
                claims(variables),
                Requirement.read(block, true).stream()
                        .filter(Requirement::ofClaim)
                        .toList(),
                List.copyOf(variables),
                RuleReader.missingIsEmpty(block),
                TimestampRule.read(block, true),
                Duration.ofSeconds(block.number("skewSeconds", 0, MAX_SKEW_SECONDS, DEFAULT_SKEW_SECONDS)),
                Rule.secretIndex(block));
    }

    /** Public keys and shared secrets are never mixed: a public key would be a secret that everybody knows. */
    private Map<String, Prover> provers() {
        List<String> algorithms = block.texts("algorithms", MAX_ALGORITHMS);
        if (algorithms.isEmpty()) {
            throw block.wrong("algorithms", "expected a list such as [\"HS256\"]");
        }
        boolean shared = algorithms.get(0).startsWith("HS");
        if (shared && block.has("publicKey") || !shared && block.has("secret")) {
            throw block.wrong(shared ? "publicKey" : "secret", "does not go with the algorithm " + algorithms.get(0));
        }
        Map<String, Prover> provers = new LinkedHashMap<>();
        for (String algorithm : algorithms) {
            if (algorithm.length() < 2
                    || !algorithm.startsWith(algorithms.get(0).substring(0, 2))) {
                throw block.wrong("algorithms", "all of them take the same kind of key");
            }
            provers.put(algorithm, prover(algorithm));
        }
        return provers;
    }

    private Prover prover(String algorithm) {
        return switch (algorithm) {
            case "HS256" -> new Prover.WithMac(Hash.SHA256, SecretForm.read(block));
            case "HS384" -> new Prover.WithMac(Hash.SHA384, SecretForm.read(block));
            case "HS512" -> new Prover.WithMac(Hash.SHA512, SecretForm.read(block));
            case "RS256" -> rsa(Hash.SHA256);
            case "RS384" -> rsa(Hash.SHA384);
            case "RS512" -> rsa(Hash.SHA512);
            case "ES256" -> ecdsa(Hash.SHA256, Curve.P256);
            case "ES384" -> ecdsa(Hash.SHA384, Curve.P384);
            case "ES512" -> ecdsa(Hash.SHA512, Curve.P521);
            case "EdDSA" ->
                new Prover.WithPublicKey(
                        "Ed25519",
                        PublicKeyForm.Kind.ED25519,
                        PublicKeyForm.read(key(), PublicKeyForm.Kind.ED25519),
                        false);
            default ->
                throw block.wrong(
                        "algorithms",
                        "expected some of HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, ES512, EdDSA");
        };
    }

    private Prover rsa(Hash hash) {
        return new Prover.WithPublicKey(
                hash.shortName() + "withRSA",
                PublicKeyForm.Kind.RSA,
                PublicKeyForm.read(key(), PublicKeyForm.Kind.RSA),
                false);
    }

    private Prover ecdsa(Hash hash, Curve curve) {
        PublicKeyForm form = PublicKeyForm.read(key(), PublicKeyForm.Kind.EC);
        if (form.curve() != curve) {
            throw block.wrong("publicKey.curve", "is not the curve of the algorithm");
        }
        return new Prover.WithPublicKey(Prover.ecdsa(hash), PublicKeyForm.Kind.EC, form, false);
    }

    private Block key() {
        return block.block("publicKey", "{\"encoding\":\"hex|base64|base64-spki|pem\"}");
    }

    private Optional<RequestTemplate> plainTemplate(String member) {
        if (!block.has(member)) {
            return Optional.empty();
        }
        RequestTemplate template = block.template(member);
        if (!template.names().isEmpty() || !template.locations().isEmpty() || template.hasBody()) {
            throw block.wrong(member, "a text or {config:…} is expected");
        }
        return Optional.of(template);
    }

    private Map<String, RequestTemplate> claims(List<Variable> variables) {
        Map<String, RequestTemplate> claims = new LinkedHashMap<>();
        Optional<Block> found = block.optionalBlock("claims", "{\"body_hash\":\"{body|sha256|hex}\"}");
        if (found.isPresent()) {
            Block inner = found.get();
            for (String name : inner.object().asMap().keySet()) {
                RequestTemplate template = inner.template(name);
                RuleReader.checkNames(block, template, variables, false, false);
                if (claims.size() == MAX_CLAIMS) {
                    throw inner.wrong(name, "one claim too many");
                }
                claims.put(name, template);
            }
        }
        return Map.copyOf(claims);
    }
}
