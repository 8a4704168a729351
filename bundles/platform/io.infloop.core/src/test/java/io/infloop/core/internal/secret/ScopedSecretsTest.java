package io.infloop.core.internal.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.internal.audit.KnownSecrets;
import io.infloop.spi.secret.Secret;
import io.infloop.spi.secret.SecretException;
import io.infloop.spi.secret.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScopedSecretsTest {
    @TempDir
    Path data;

    private final KnownSecrets redactor = new KnownSecrets();
    private final Lines audit = new Lines();

    @Test
    void givesWhatIsStoredNow() throws Exception {
        store("acme", "TOKEN", "first-value\n");
        Secrets secrets = of("acme");
        assertThat(secrets.require("TOKEN").value()).isEqualTo("first-value");
        store("acme", "TOKEN", "second-value");
        assertThat(secrets.require("TOKEN").value()).isEqualTo("second-value");
        assertThat(secrets.find("OTHER")).isEmpty();
    }

    @Test
    void trimsOneLineBreakOnly() throws Exception {
        store("acme", "A", "  inner \n\n");
        store("acme", "B", "windows\r\n");
        assertThat(of("acme").require("A").value()).isEqualTo("  inner \n");
        assertThat(of("acme").require("B").value()).isEqualTo("windows");
    }

    @Test
    void neverAnotherPluginsSecret() throws Exception {
        store("acme", "TOKEN", "of-acme-only");
        Secrets other = of("acme.two");
        assertThat(other.find("TOKEN")).isEmpty();
        for (String name : List.of("../acme/TOKEN", "..", ".", "a/b", "", "TOKEN\0", "TOKEN\n", "A.b", "é")) {
            assertThatThrownBy(() -> other.find(name)).as(name).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../acme", "acme/..", "", "/", "a b", "."})
    void aPluginIdThatIsAPathHasNoSecrets(String id) throws Exception {
        store("acme", "TOKEN", "of-acme-only");
        assertThatThrownBy(() -> of(id).find("TOKEN")).isInstanceOf(SecretException.class);
    }

    @Test
    void linksAreRefusedAtEveryLevel() throws Exception {
        Path elsewhere = Files.createDirectories(data.resolve("elsewhere"));
        Path file = Files.writeString(elsewhere.resolve("TOKEN"), "linked-value");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        store("acme", "REAL", "real-value");
        Files.createSymbolicLink(folder("acme").resolve("TOKEN"), file);
        assertThatThrownBy(() -> of("acme").find("TOKEN"))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("link");
        Files.createSymbolicLink(folder("other"), elsewhere);
        assertThatThrownBy(() -> of("other").find("TOKEN"))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("link");
    }

    @Test
    void whatOthersCanReadIsNoSecret() throws Exception {
        Path file = store("acme", "TOKEN", "seen-by-all");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> of("acme").find("TOKEN"))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("0600")
                .hasMessageNotContaining("seen-by-all");
    }

    @Test
    void oddFilesAreRefusedWithASentence() throws Exception {
        store("acme", "LARGE", "x".repeat(Secrets.MAX_BYTES + 1));
        store("acme", "FITS", "x".repeat(Secrets.MAX_BYTES));
        store("acme", "EMPTY", "\n");
        Files.write(store("acme", "BINARY", "x"), new byte[] {(byte) 0xff, (byte) 0xfe});
        Files.createDirectory(folder("acme").resolve("FOLDER"));
        assertThat(of("acme").require("FITS").value()).hasSize(Secrets.MAX_BYTES);
        for (String name : List.of("LARGE", "EMPTY", "BINARY", "FOLDER")) {
            assertThatThrownBy(() -> of("acme").find(name))
                    .isInstanceOf(SecretException.class)
                    .hasMessageContaining("secrets/plugins/acme/" + name)
                    .hasMessageNotContaining(data.toString());
        }
        assertThatThrownBy(() -> of("acme").require("ABSENT"))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("secrets/plugins/acme/ABSENT");
    }

    @Test
    void isRedactedWhileInUse() throws Exception {
        store("acme", "TOKEN", "canary-4711");
        ScopedSecrets.Scoped secrets = of("acme");
        assertThat(redactor.redact("say canary-4711")).isEqualTo("say canary-4711");
        secrets.require("TOKEN");
        secrets.require("TOKEN");
        assertThat(redactor.redact("say canary-4711")).isEqualTo("say [redacted]");
        secrets.close();
        assertThat(redactor.redact("say canary-4711")).isEqualTo("say canary-4711");
        assertThatThrownBy(() -> secrets.find("TOKEN"))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("released");
    }

    @Test
    void aReplacedSecretStaysRedacted() throws Exception {
        store("acme", "TOKEN", "older-value");
        ScopedSecrets.Scoped secrets = of("acme");
        secrets.require("TOKEN");
        store("acme", "TOKEN", "newer-value");
        secrets.require("TOKEN");
        assertThat(redactor.redact("older-value newer-value")).isEqualTo("[redacted] [redacted]");
        for (int index = 0; index < ScopedSecrets.MAX_VALUES; index++) {
            store("acme", "TOKEN", "rotated-" + index + ".");
            secrets.require("TOKEN");
        }
        assertThat(redactor.redact("older-value")).as("bounded").isEqualTo("older-value");
        assertThat(redactor.redact("rotated-0.")).isEqualTo("[redacted]");
    }

    @Test
    void aKeyOfManyLinesIsRedactedLineByLine() throws Exception {
        store("acme", "KEY", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----\n");
        of("acme").require("KEY");
        assertThat(redactor.redact("a MIIEvQIBADANBgkqhkiG b")).isEqualTo("a [redacted] b");
    }

    @Test
    void isAuditedOncePerPluginAndName() throws Exception {
        store("acme", "TOKEN", "canary-4711");
        store("other", "TOKEN", "canary-4712");
        of("acme").require("TOKEN");
        of("acme").require("TOKEN");
        of("other").require("TOKEN");
        of("other").find("ABSENT");
        assertThat(audit.events).extracting(AuditEvent::type).containsExactly("secret.read", "secret.read");
        assertThat(audit.events)
                .extracting(AuditEvent::fields)
                .containsExactly(
                        Map.of("pluginId", "acme", "name", "TOKEN"), Map.of("pluginId", "other", "name", "TOKEN"));
    }

    @Test
    void theValueHidesItself() {
        assertThat(new Secret("TOKEN", "canary-4711")).hasToString("Secret[TOKEN]");
    }

    private ScopedSecrets.Scoped of(String pluginId) {
        return secrets().of(pluginId);
    }

    private ScopedSecrets shared;

    private ScopedSecrets secrets() {
        if (shared == null) {
            shared = new ScopedSecrets(data, redactor, audit);
        }
        return shared;
    }

    private Path folder(String pluginId) {
        return data.resolve("secrets/plugins").resolve(pluginId);
    }

    private Path store(String pluginId, String name, String content) throws IOException {
        Files.createDirectories(folder(pluginId));
        Path file = folder(pluginId).resolve(name);
        Files.write(file, content.getBytes(StandardCharsets.UTF_8));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static final class Lines implements AuditLog {
        private final List<AuditEvent> events = new ArrayList<>();

        @Override
        public void append(AuditEvent event) {
            events.add(event);
        }

        @Override
        public long writeErrors() {
            return 0;
        }

        @Override
        public Page read(Query query) {
            return new Page(List.of(), Optional.empty());
        }
    }
}
