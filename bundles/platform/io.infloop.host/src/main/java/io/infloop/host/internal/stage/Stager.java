package io.infloop.host.internal.stage;

import io.infloop.core.file.AtomicFiles;
import io.infloop.host.internal.PlainText;
import io.infloop.host.internal.RefusedException;
import io.infloop.host.internal.admission.CodeScan;
import io.infloop.host.internal.folder.JarBounds;
import io.infloop.host.internal.folder.PluginFolder;
import io.infloop.host.internal.manifest.Manifest;
import io.infloop.host.internal.manifest.ManifestBundles;
import io.infloop.host.internal.manifest.ManifestKind;
import io.infloop.host.internal.manifest.ManifestReader;
import io.infloop.host.internal.registry.Kind;
import io.infloop.host.internal.registry.Origin;
import io.infloop.spi.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies a file of an operator to a private place, and has the copy checked. */
public final class Stager {
    private static final String RESERVED_SOURCE = "generic";

    private static final Logger LOG = LoggerFactory.getLogger(Stager.class);

    private final Path directory;

    public Stager(Path directory) {
        this.directory = directory;
    }

    /** @throws RefusedException if the file cannot become a plugin */
    public Candidate stage(PluginFolder folder, Path file) throws RefusedException {
        try {
            AtomicFiles.createOwnerOnlyDirectories(directory);
            return file.toString().endsWith(".json") ? manifest(folder, file) : jar(file);
        } catch (IOException unreadable) {
            throw new RefusedException(
                    "cannot be read or copied (" + unreadable.getClass().getSimpleName()
                            + "); make the file readable for the server and leave it room on the disk");
        }
    }

    private Candidate jar(Path file) throws IOException, RefusedException {
        Optional<String> excess = JarBounds.excess(file);
        if (excess.isPresent()) {
            throw new RefusedException(excess.get());
        }
        Path part = Files.createTempFile(directory, "incoming", ".part");
        try {
            String sha256 = copy(file, part);
            JarVerifier.Identity identity = JarVerifier.verify(part);
            CodeScan.check(part, directory);
            return new Candidate(
                    identity.symbolicName(), identity.version(), Origin.JAR, sha256, keep(part, sha256), file);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private String copy(Path file, Path part) throws IOException, RefusedException {
        MessageDigest digest = sha256();
        long copied = 0;
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = new DigestOutputStream(Files.newOutputStream(part), digest)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                copied += count;
                if (copied > JarBounds.MAX_BYTES) {
                    throw new RefusedException("larger than 64 MiB; leave out what the plugin does not need");
                }
                out.write(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private Candidate manifest(PluginFolder folder, Path file) throws IOException, RefusedException {
        String name = PlainText.of(file.getFileName().toString());
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(ManifestReader.MAX_BYTES + 1);
        }
        Manifest manifest = ManifestReader.read(name, content, folder.manifests());
        if (manifest.kind() == Kind.WEBHOOK_SOURCE && manifest.id().equals(RESERVED_SOURCE)) {
            throw new RefusedException("webhook " + name + ": the id \"" + RESERVED_SOURCE
                    + "\" is reserved for the built-in source; choose another");
        }
        ManifestKind kind = manifest instanceof Manifest.OfProvider ? ManifestKind.PROVIDER : ManifestKind.WEBHOOK;
        String id = kind.text() + "." + manifest.id();
        Version version = version(content);
        byte[] bundle = ManifestBundles.write(id, version.toString(), kind, content);
        String sha256 = HexFormat.of().formatHex(sha256().digest(bundle));
        Path part = Files.createTempFile(directory, "incoming", ".part");
        try {
            Files.write(part, bundle);
            return new Candidate(id, version, Origin.MANIFEST, sha256, keep(part, sha256), file);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static Version version(byte[] content) {
        Optional<String> text =
                Json.parseObject(new String(content, StandardCharsets.UTF_8)).string("version");
        try {
            return text.map(Version::parseVersion).orElse(Version.emptyVersion);
        } catch (IllegalArgumentException otherNotation) {
            return Version.emptyVersion;
        }
    }

    private Path keep(Path part, String sha256) throws IOException {
        Path kept = directory.resolve(sha256 + ".jar");
        Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return kept;
    }

    /** Deletes copies that nobody needs any more. */
    public void keepOnly(Set<Path> needed) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> copies = Files.newDirectoryStream(directory)) {
            for (Path copy : copies) {
                if (!needed.contains(copy)) {
                    Files.deleteIfExists(copy);
                }
            }
        } catch (IOException | DirectoryIteratorException left) {
            LOG.debug("Copies of plugins are left in {}", directory, left);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
