package io.infloop.host.internal;

import static io.infloop.host.internal.TestHost.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.host.PluginState;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.WebhookSource;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import sample.BadScheme;
import sample.EchoScheme;
import sample.EndlessScheme;
import sample.ErrorIdScheme;
import sample.FailingStart;
import sample.HangingIdScheme;
import sample.HangingStart;
import sample.OtherScheme;

class HostilePluginTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private TestHost host;

    @BeforeEach
    void framework() throws Exception {
        host = new TestHost(directory).start();
        PluginJar.of("good", "1.0.0")
                .component(EchoScheme.class, SignatureScheme.class)
                .text("mark.txt", "good")
                .text("id.txt", "good")
                .dropInto(host.plugins, "good.jar");
        host.awaitPlugin("good", PluginState.ACTIVE);
    }

    @AfterEach
    void stop() throws Exception {
        assertThat(host.mark("good")).isEqualTo("good");
        host.close();
    }

    private String refusal(PluginJar jar, String id) {
        jar.dropInto(host.plugins, id + ".jar");
        return host.awaitPlugin(id, PluginState.FAILED).reason().orElseThrow();
    }

    @Test
    void importsOfThePlatformAreRefused() {
        assertThat(refusal(PluginJar.of("nosy", "1.0.0").alsoImports("io.infloop.core.audit"), "nosy"))
                .isEqualTo("imports io.infloop.core.audit, which plugins may not use:"
                        + " only java.*, the JDK's javax.*, org.w3c.dom.* and org.xml.sax.*, io.infloop.spi.*,"
                        + " org.slf4j.* and org.osgi.service.component.*");
        assertThat(refusal(PluginJar.of("framework", "1.0.0").alsoImports("org.osgi.framework"), "framework"))
                .isEqualTo("imports org.osgi.framework, which plugins may not use:"
                        + " register services with declarative services (@Component) instead of a BundleActivator");
        PluginJar.of("activated", "1.0.0")
                .header("Bundle-Activator", "sample.Activator")
                .dropInto(host.plugins, "activated.jar");
        assertThat(host.awaitPlugin("activated.jar", PluginState.FAILED).reason())
                .contains("has a Bundle-Activator, which plugins may not use: register services with declarative"
                        + " services (@Component) instead; remove the header Bundle-Activator");
        assertThat(refusal(
                        PluginJar.of("future", "1.0.0").header("Import-Package", "io.infloop.spi;version=\"[2,3)\""),
                        "future"))
                .isEqualTo("needs io.infloop.spi [2.0.0,3.0.0); this server has 1.0.0:"
                        + " use a version of the plugin made for it");
        assertThat(refusal(
                        PluginJar.of("newer", "1.0.0")
                                .header("Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\""),
                        "newer"))
                .startsWith("needs Java 99; this server runs on Java ");
    }

    @Test
    void whatIsImportedDynamicallyOrOptionallyIsNotFoundEither() throws Exception {
        PluginJar.of("sneaky", "1.0.0")
                .component(EchoScheme.class, SignatureScheme.class)
                .header("DynamicImport-Package", "*")
                .alsoImports("org.osgi.framework;resolution:=optional")
                .dropInto(host.plugins, "sneaky.jar");
        host.awaitPlugin("sneaky", PluginState.ACTIVE);
        Bundle sneaky = bundle("sneaky");

        assertThatThrownBy(() -> sneaky.loadClass("io.infloop.core.audit.AuditLog"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() -> sneaky.loadClass("org.osgi.framework.Bundle"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThat(sneaky.loadClass("io.infloop.spi.process.ProcessLauncher")).isSameAs(ProcessLauncher.class);
    }

    @Test
    void aPluginSeesOnlyItselfAndWhatTheSpiOffers() throws Exception {
        host.context().registerService(Runnable.class, () -> {}, null);
        host.context().registerService(ProcessLauncher.class, spec -> null, null);
        BundleContext context = bundle("good").getBundleContext();

        assertThat(context.getBundles()).containsExactly(bundle("good"));
        assertThat(context.getBundle(0)).isNull();
        assertThat(context.getServiceReference(Runnable.class)).isNull();
        assertThat(context.getServiceReference(ProcessLauncher.class)).isNotNull();
        assertThat(context.getAllServiceReferences(null, null)).hasSize(2);
    }

    @Test
    void aFailingStartIsExplainedWithItsPlace() {
        assertThat(refusal(
                        PluginJar.of("failing", "1.0.0").eager(FailingStart.class, SignatureScheme.class), "failing"))
                .contains("no licence found")
                .contains("sample.FailingStart");
    }

    @Test
    void aStartThatHangsIsGivenUp() throws Exception {
        PluginJar.of("hanging", "1.0.0")
                .eager(HangingStart.class, SignatureScheme.class)
                .dropInto(host.plugins, "hanging.jar");
        PluginJar.of("next", "1.0.0")
                .component(EchoScheme.class, SignatureScheme.class)
                .dropInto(host.plugins, "next.jar");

        host.awaitPlugin("next", PluginState.ACTIVE);
        assertThat(host.awaitPlugin("hanging", PluginState.FAILED).reason().orElseThrow())
                .satisfiesAnyOf(
                        reason -> assertThat(reason).contains("did not become active within 2000 ms"),
                        reason -> assertThat(reason).contains("did not tell its id"))
                .contains("sample.Hang");
    }

    @Test
    void anIdThatNeverComesIsGivenUp() {
        assertThat(refusal(
                        PluginJar.of("silent", "1.0.0").component(HangingIdScheme.class, SignatureScheme.class),
                        "silent"))
                .contains("did not tell its id within 400 ms")
                .contains("sample.Hang.untilTestEnds");
        assertThat(refusal(
                        PluginJar.of("error", "1.0.0").component(ErrorIdScheme.class, SignatureScheme.class), "error"))
                .contains("java.lang.StackOverflowError")
                .contains("sample.ErrorIdScheme.id");
    }

    @Test
    void everyThrowEndsWithItsCall() throws Exception {
        PluginJar.of("bad", "1.0.0")
                .component(BadScheme.class, SignatureScheme.class)
                .dropInto(host.plugins, "bad.jar");
        host.awaitPlugin("bad", PluginState.ACTIVE);

        assertThatCall("OVERFLOW").hasMessageContaining("StackOverflowError");
        assertThatCall("MEMORY").hasMessageContaining("one allocation too large");
        assertThatCall("LINK").hasMessageContaining("NoClassDefFoundError");
        assertThatCall("POST")
                .hasMessageContaining("its message cannot be read")
                .cause()
                .satisfies(cause -> assertThat(cause.getClass().getName()).doesNotStartWith("sample."));
    }

    private org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertThatCall(String method) {
        return assertThatThrownBy(() -> {
                    try (Lease<SignatureScheme> lease = host.contributions().acquire(SignatureScheme.class, "bad")) {
                        TestHost.mark(lease, method);
                    }
                })
                .isInstanceOf(PluginCallException.class)
                .hasMessageStartingWith("signature scheme 'bad' of plugin bad 1.0.0 threw ");
    }

    @Test
    void endlessCallsMeetTheirDeadlineAndTheThirdSwitchesTheContributionOff() throws Exception {
        PluginJar.of("endless", "1.0.0")
                .component(EndlessScheme.class, SignatureScheme.class)
                .dropInto(host.plugins, "endless.jar");
        host.awaitPlugin("endless", PluginState.ACTIVE);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> host.mark("endless"))
                    .isInstanceOf(PluginCallException.class)
                    .hasMessageContaining("did not return within 500 ms (at sample.Hang.untilTestEnds");
            assertThat(host.mark("good")).isEqualTo("good");
        }

        assertThat(host.awaitPlugin("endless", PluginState.FAILED).reason().orElseThrow())
                .contains("is switched off: 3 threads did not come back from it, and 3 still run,"
                        + " which only a restart of the server ends; update the plugin");
        assertThatThrownBy(() -> host.mark("endless"))
                .isInstanceOf(ContributionUnavailableException.class)
                .hasMessageContaining("switched off");

        PluginJar.of("endless", "1.0.1")
                .component(EchoScheme.class, SignatureScheme.class)
                .text("id.txt", "endless")
                .text("mark.txt", "repaired")
                .dropInto(host.plugins, "endless.jar");
        await().atMost(SOON).until(() -> host.offers("endless"));
        assertThat(host.mark("endless")).isEqualTo("repaired");
    }

    @Test
    void aDeadComponentBesideAGoodOneIsNamed() {
        PluginJar.of("half", "1.0.0")
                .component(OtherScheme.class, SignatureScheme.class)
                .waiting(EchoScheme.class, SignatureScheme.class)
                .dropInto(host.plugins, "half.jar");
        PluginJar.of("ill", "1.0.0")
                .component(BadScheme.class, SignatureScheme.class)
                .eager(FailingStart.class, SignatureScheme.class)
                .dropInto(host.plugins, "ill.jar");

        assertThat(host.awaitPlugin("half", PluginState.ACTIVE).reason().orElseThrow())
                .contains("component sample.EchoScheme waits for reference clock");
        assertThat(host.awaitPlugin("ill", PluginState.ACTIVE).reason().orElseThrow())
                .contains("component sample.FailingStart failed: ")
                .contains("no licence found");
        assertThat(host.plugin("good", PluginState.ACTIVE).orElseThrow().reason())
                .isEmpty();
    }

    @Test
    void aStrangerDoesNotTakeAShippedIdHoweverItRanksItself() throws Exception {
        host.ship(
                PluginJar.of("shipped.scheme", "1.0.0")
                        .component(EchoScheme.class, SignatureScheme.class)
                        .text("mark.txt", "shipped"),
                "shipped.scheme");
        PluginJar.of("stranger", "9.0.0")
                .component(EchoScheme.class, SignatureScheme.class)
                .text("mark.txt", "stranger")
                .dropInto(host.plugins, "stranger.jar");
        host.awaitPlugin("stranger", PluginState.DUPLICATE);
        assertThat(host.mark("echo")).isEqualTo("shipped");

        bundle("shipped.scheme").stop();
        assertThat(host.contributions().find(WebhookSource.class, "echo")).isEmpty();
        assertThat(host.offers("echo")).isFalse();
    }

    private Bundle bundle(String symbolicName) {
        return Arrays.stream(host.context().getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }
}
