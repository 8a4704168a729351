package io.infloop.core.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.internal.testing.Prerequisites;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeeperTest {
    @TempDir
    Path directory;

    @Test
    void aChildWhoseServerIsGoneAlreadyIsNotStarted() throws Exception {
        assertThat(run(ProcessHandle.current().pid(), "lives")).isZero();
        assertThat(run(1, "gone")).isEqualTo(125);
        assertThat(directory.resolve("lives")).exists();
        assertThat(directory.resolve("gone")).doesNotExist();
    }

    private int run(long serverPid, String name) throws Exception {
        Path setpriv = Prerequisites.program("setpriv", "util-linux");

        List<String> command = new ArrayList<>(NamespaceConfinement.keeper(setpriv, Path.of("/bin/sh"), serverPid));
        command.addAll(List.of("touch", directory.resolve(name).toString()));
        return new ProcessBuilder(command).start().waitFor();
    }
}
