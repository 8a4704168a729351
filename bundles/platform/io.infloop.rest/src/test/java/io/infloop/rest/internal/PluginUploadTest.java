package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditEvent;
import io.infloop.host.PluginUploads;
import io.infloop.host.PluginUploads.Change;
import io.infloop.host.PluginUploads.Outcome;
import io.infloop.host.PluginUploads.Why;
import io.infloop.host.Plugins;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluginUploadTest {
    private final List<AuditEvent> audited = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private Outcome outcome = new Outcome.Stored("a.jar", "5f", 7, Change.ADDED);

    private ApiReply post(String query) {
        PluginUploads uploads = (name, content, replace) -> {
            calls.add(name + " " + new String(content.readAllBytes(), StandardCharsets.UTF_8) + " " + replace);
            return outcome;
        };
        return post(uploads, query);
    }

    private ApiReply post(PluginUploads uploads, String query) {
        PluginsResource resource = new PluginsResource(
                Fakes.fake(Plugins.class, (method, arguments) -> List.of()), uploads, Fakes.audit(audited));
        return Fakes.post(resource, query, "content");
    }

    @Test
    void whatIsStoredIsAuditedWithWhoAndWhat() {
        assertThat(Fakes.text(post("?name=a.jar")))
                .startsWith(
                        "202 {\"file\":\"a.jar\",\"sha256\":\"5f\",\"bytes\":7,\"change\":\"added\",\"next\":\"GET /api/plugins ");
        assertThat(calls).containsExactly("a.jar content false");
        assertThat(audited).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("plugin.uploaded");
            assertThat(event.actor().text()).isEqualTo("api-token");
            assertThat(event.fields()).hasToString("{file=a.jar, sha256=5f, bytes=7, replaced=false}");
        });
    }

    @Test
    void whatChangesNothingIsNoNews() {
        outcome = new Outcome.Stored("a.jar", "5f", 7, Change.UNCHANGED);
        assertThat(Fakes.text(post("?name=a.jar&replace=1"))).contains("\"change\":\"unchanged\"");
        assertThat(calls).containsExactly("a.jar content true");
        assertThat(audited).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "BAD_NAME, 400, invalid id",
        "EMPTY, 400, bad-body",
        "TOO_LARGE, 413, payload-too-large",
        "OCCUPIED, 409, conflict",
        "UNWRITABLE, 503, store-unavailable"
    })
    void refusalsSayWhatToDo(Why why, int status, String code) {
        outcome = new Outcome.Refused(why, "a sentence");
        assertThat(Fakes.text(post("?name=a.jar")))
                .isEqualTo(status + " {\"error\":\"" + code + "\",\"reason\":\"a sentence\"}");
        assertThat(audited).isEmpty();
    }

    @Test
    void theNameIsNeeded() {
        assertThat(Fakes.text(post(""))).isEqualTo("400 {\"error\":\"invalid-query\",\"field\":\"name\"}");
        assertThat(calls).isEmpty();
    }

    @Test
    void whoBreaksOffIsToldToSendItAgain() {
        PluginUploads broken = new PluginUploads() {
            @Override
            public Outcome put(String name, InputStream content, boolean replace) throws IOException {
                throw new IOException("gone");
            }
        };
        assertThat(Fakes.text(post(broken, "?name=a.jar"))).startsWith("400 {\"error\":\"bad-body\"");
        assertThat(audited).isEmpty();
    }
}
