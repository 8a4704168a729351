package io.infloop.itests.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.host.Contributions;
import io.infloop.itests.support.Container;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.JarFiles;
import io.infloop.itests.support.PaxExamExtension;
import io.infloop.itests.support.SignedTraffic;
import io.infloop.spi.observe.ServerReady;
import io.infloop.spi.signing.SignatureScheme;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.inject.Inject;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/**
 * The bundle of the shipped schemes is replaced in the running framework while deliveries arrive. A file of the operator can take
 * neither its name nor its scheme ids, so that there is no other way.
 */
@ExtendWith(PaxExamExtension.class)
@ExamReactorStrategy(PerClass.class)
public class SchemeSwapIT {
    private static final String SCHEMES = "io.infloop.signing.declarative";
    private static final String SWAPS = "infloop.swaps";

    @Inject
    private BundleContext context;

    @Inject
    private Contributions contributions;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    @Configuration
    public Option[] configuration() {
        List<Option> options = new ArrayList<>(Arrays.asList(Container.options(
                Distribution.temporaryDirectory("container").resolve("data").toAbsolutePath())));
        options.add(CoreOptions.frameworkProperty(SWAPS).value(System.getProperty(SWAPS, "10")));
        return options.toArray(Option[]::new);
    }

    @Test
    public void noVerdictIsWrongWhileTheSchemesAreReplaced() throws Exception {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> context.getServiceReference(ServerReady.class) != null);
        created("/api/workflows?overwrite=1", Fixtures.quickWorkflow("swap-quick"));
        String trigger = trigger();
        Bundle schemes = Arrays.stream(context.getBundles())
                .filter(bundle -> SCHEMES.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
        int swaps = Integer.parseInt(context.getProperty(SWAPS));

        SignedTraffic traffic = SignedTraffic.start((proof, id) -> deliver(trigger, proof, id));
        try (traffic) {
            for (int swap = 1; swap <= swaps && traffic.wrong().isEmpty(); swap++) {
                traffic.awaitVerdicts();
                if (swap % 2 == 0) {
                    schemes.stop();
                    traffic.awaitAbsence();
                    schemes.start();
                } else {
                    update(schemes, "99.0." + swap);
                }
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> contributions
                        .find(SignatureScheme.class, "hmac")
                        .isPresent());
            }
            traffic.awaitVerdicts();
        }

        assertThat(traffic.wrong()).as(traffic.toString()).isEmpty();
        assertThat(stored()).as("what is on disk is what was accepted").isEqualTo(traffic.accepted());
    }

    private static void update(Bundle schemes, String version) throws Exception {
        try (InputStream newer = Files.newInputStream(JarFiles.withVersion(jar(), version))) {
            schemes.update(newer);
        } catch (BundleException refused) {
            throw new AssertionError("the bundle was not updated", refused);
        }
        assertThat(schemes.getHeaders().get(Constants.BUNDLE_VERSION)).isEqualTo(version);
    }

    private SignedTraffic.Reply deliver(String trigger, SignedTraffic.Proof proof, String id) throws Exception {
        String body = GitHub.pullRequest("opened", 1, "fix");
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("/api/webhook/" + trigger))
                .timeout(Duration.ofSeconds(60))
                .header("content-type", "application/json")
                .header("x-github-event", "pull_request")
                .header("x-github-delivery", id)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        switch (proof) {
            case GENUINE -> request.header("x-hub-signature-256", GitHub.signature(Fixtures.SECRET, body));
            case FORGED -> request.header("x-hub-signature-256", GitHub.signature("another secret", body));
            case NONE -> request.header("x-nothing", "signed");
        }
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new SignedTraffic.Reply(
                answer.statusCode(), answer.headers().firstValue("retry-after").isPresent(), answer.body());
    }

    /** The senders' ids of everything that was accepted. */
    private Set<String> stored() throws Exception {
        Set<String> ids = new HashSet<>();
        List<String> before = List.of("");
        while (!before.isEmpty()) {
            String page = before.get(0).isEmpty() ? "" : "&before=" + before.get(0);
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(uri("/api/deliveries?outcome=accepted&limit=1000" + page))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            ids.addAll(matches("\"deliveryId\"\\s*:\\s*\"([^\"]+)\"", answer.body()));
            before = matches("\"nextBefore\"\\s*:\\s*\"?([^\",}\\s]+)", answer.body());
        }
        return ids;
    }

    private static List<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private String trigger() throws Exception {
        String answer = created(
                "/api/triggers",
                """
                {"name":"swapped","workflowId":"swap-quick","pluginId":"github","eventType":"pull_request","secret":"%s",
                 "match":[],"inputs":{"title":"a title","number":"1"}}"""
                        .formatted(Fixtures.SECRET));
        return matches("\"id\"\\s*:\\s*\"([^\"]+)\"", answer).get(0);
    }

    private String created(String path, String body) throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(uri(path))
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return answer.body();
    }

    private URI uri(String path) throws Exception {
        Path file = Path.of(context.getProperty("infloop.data"), "instances", "in-container.json");
        String port =
                matches("\"port\"\\s*:\\s*([0-9]+)", Files.readString(file)).get(0);
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static Path jar() {
        return Distribution.home()
                .resolve("repository/io/infloop")
                .resolve(SCHEMES)
                .resolve(Distribution.version())
                .resolve(SCHEMES + "-" + Distribution.version() + ".jar");
    }
}
