package io.infloop.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.launcher.boot.ProcessIdentity;
import io.infloop.launcher.exit.CommandFailure;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningServerTest {
    @TempDir
    private Path data;

    @BeforeEach
    void makeTheDirectory() throws IOException {
        Files.createDirectory(data.resolve("instances"));
    }

    @Test
    void passesOverDeadServersAndOnesThatDoNotListenYet() throws IOException {
        ProcessIdentity self = ProcessIdentity.current();
        write("dead", new ProcessIdentity(self.pid(), self.startTicks() + 1, self.bootId()), "2026-01-01", 3000);
        write("second", self, "2026-01-03", 3002);
        write("first", self, "2026-01-02", 3001);
        Files.writeString(data.resolve("instances/starting.json"), self.toJson().toString());
        Files.writeString(data.resolve("instances/broken.json"), "{");

        assertThat(RunningServer.in(data)).extracting(RunningServer::id).containsExactly("first", "second");
        assertThat(RunningServer.find(data, Optional.empty()).port()).isEqualTo(3001);
        assertThat(RunningServer.find(data, Optional.of("second")).port()).isEqualTo(3002);
    }

    @Test
    void withoutAServerTheExitCodeSaysSo() {
        assertThatThrownBy(() -> RunningServer.find(data.resolve("absent"), Optional.empty()))
                .isInstanceOfSatisfying(CommandFailure.class, failure -> assertThat(failure.exitCode())
                        .isEqualTo(69));
    }

    @Test
    void aWildcardIsReachedOverLoopback() throws IOException {
        ProcessIdentity self = ProcessIdentity.current();

        assertThat(new RunningServer("a", self, "", "", "0.0.0.0", 1).url()).hasToString("http://127.0.0.1:1");
        assertThat(new RunningServer("a", self, "", "", "::", 1).url()).hasToString("http://[::1]:1");
        assertThat(new RunningServer("a", self, "", "", "fe80::1", 1).url()).hasToString("http://[fe80::1]:1");
    }

    private void write(String id, ProcessIdentity process, String startedAt, int port) throws IOException {
        JsonObjectBuilder json = Json.createObjectBuilder(process.toJson())
                .add("id", id)
                .add("version", "0.1.0")
                .add("startedAt", startedAt)
                .add("host", "127.0.0.1")
                .add("port", port);
        Files.writeString(
                data.resolve("instances/" + id + ".json"), json.build().toString());
    }
}
