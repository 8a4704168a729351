package io.infloop.workspace.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.settings.Settings;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfiguredWorkspaceRootsTest {
    @TempDir
    Path temporary;

    private Path base;

    @BeforeEach
    void canonical() throws IOException {
        base = temporary.toRealPath();
    }

    @Test
    void withoutRootsEveryDirectoryIsOpen() throws IOException {
        ConfiguredWorkspaceRoots roots = roots();
        assertThat(roots.isRestricted()).isFalse();
        assertThat(roots.roots()).isEmpty();
        assertThat(roots.directory(base.toString())).isEqualTo(base);
    }

    @Test
    void directoriesWithinARootAreCanonicalised() throws IOException {
        Path root = Files.createDirectory(base.resolve("root"));
        Path project = Files.createDirectory(root.resolve("project"));
        ConfiguredWorkspaceRoots roots = roots(root);
        assertThat(roots.directory(root.toString())).isEqualTo(root);
        assertThat(roots.directory(root + "/./project/../project")).isEqualTo(project);
    }

    @Test
    void siblingsWithTheSamePrefixAreOutside() throws IOException {
        Path root = Files.createDirectory(base.resolve("root"));
        Path sibling = Files.createDirectory(base.resolve("root-other"));
        assertOutside(roots(root), sibling.toString());
        assertOutside(roots(root), root + "/../root-other");
    }

    @Test
    void aSymbolicLinkDoesNotLeadOut() throws IOException {
        Path root = Files.createDirectory(base.resolve("root"));
        Path elsewhere = Files.createDirectory(base.resolve("elsewhere"));
        Files.createSymbolicLink(root.resolve("link"), elsewhere);
        assertOutside(roots(root), root.resolve("link").toString());
    }

    @Test
    void aLinkedRootIsOpenUnderItsRealName() throws IOException {
        Path real = Files.createDirectory(base.resolve("real"));
        Path link = Files.createSymbolicLink(base.resolve("link"), real);
        ConfiguredWorkspaceRoots roots = roots(link);
        assertThat(roots.roots()).containsExactly(real);
        assertThat(roots.directory(link.toString())).isEqualTo(real);
    }

    @Test
    void rootsThatDoNotExistOpenNothing() throws IOException {
        Path later = base.resolve("later");
        ConfiguredWorkspaceRoots roots = roots(later);
        assertThat(roots.isRestricted()).isTrue();
        assertThat(roots.roots()).isEmpty();
        assertOutside(roots, base.toString());
        Files.createDirectory(later);
        assertThat(roots.directory(later.toString())).isEqualTo(later);
    }

    @Test
    void nothingIsSaidAboutWhatExistsOutside() throws IOException {
        Path root = Files.createDirectory(base.resolve("root"));
        assertOutside(roots(root), base.resolve("missing").toString());
        assertThatThrownBy(() -> roots(root).directory(root.resolve("missing").toString()))
                .hasMessageContaining("does not exist");
    }

    @Test
    void relativePathsFilesAndOddNamesAreRefused() throws IOException {
        Path file = Files.createFile(base.resolve("file"));
        assertThatThrownBy(() -> roots().directory("work")).hasMessageContaining("not an absolute path");
        assertThatThrownBy(() -> roots().directory("")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> roots().directory("/a\0b")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> roots().directory(file.toString())).hasMessageContaining("not a directory");
    }

    private static void assertOutside(ConfiguredWorkspaceRoots roots, String path) {
        assertThatThrownBy(() -> roots.directory(path))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("outside of the workspace roots");
    }

    private static ConfiguredWorkspaceRoots roots(Path... configured) {
        Settings settings = (Settings) Proxy.newProxyInstance(
                Settings.class.getClassLoader(), new Class<?>[] {Settings.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("workspaceRoots")) {
                        return List.of(configured);
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
        return new ConfiguredWorkspaceRoots(settings);
    }
}
