package io.infloop.host.internal.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.infloop.host.internal.RefusedException;
import java.time.Duration;
import java.util.Optional;

/** Manifests of strangers: a source comes out, or one sentence that says why not. */
class ManifestsFuzzTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @FuzzTest(maxDuration = "1m")
    void aManifestIsReadOrRefused(byte[] input) {
        assertTimeout(LIMIT, () -> check(input));
    }

    private static void check(byte[] document) {
        try {
            Manifest manifest = ManifestReader.read("x.json", document, Optional.of(ManifestKind.WEBHOOK));
            assertThat(manifest).isInstanceOfSatisfying(Manifest.OfSource.class, source -> assertThat(
                            source.content().id())
                    .matches("[a-z0-9][a-z0-9._-]*"));
        } catch (RefusedException refused) {
            assertThat(refused.getMessage()).contains("x.json");
        }
    }
}
