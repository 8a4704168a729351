package io.infloop.core.internal.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The files through which root changes the kernel's settings, which reach beyond every namespace. Children that are root only read them. */
final class KernelFiles {
    /** One that every kernel has. */
    static final Path SAMPLE = Path.of("/proc/sys/kernel/core_pattern");

    /** Not all of {@code /proc}, where processes also change what is their own, and not {@code /sys/fs}, which has mounts in it. */
    private static final List<String> DIRECTORIES_AND_FILES = List.of(
            "/proc/sys",
            "/proc/sysrq-trigger",
            "/proc/irq",
            "/proc/bus",
            "/proc/fs",
            "/proc/scsi",
            "/proc/acpi",
            "/sys/block",
            "/sys/bus",
            "/sys/class",
            "/sys/dev",
            "/sys/devices",
            "/sys/firmware",
            "/sys/hypervisor",
            "/sys/kernel",
            "/sys/module",
            "/sys/power");

    private KernelFiles() {}

    /**
     * Writes the list of mounts that make them read-only, for one call of {@code mount}: a call for each would cost more than the rest
     * of the namespace.
     *
     * <p>Among them is a {@code /proc} without any mount in it, in a directory that is hidden a moment later. The kernel lets nobody
     * mount a {@code /proc} in a user namespace, as the sandboxes of agents do, unless there is one that shows everything.
     *
     * @param directory of this server, hidden from children; made if it is missing
     */
    static Path mounts(Path directory) throws IOException {
        Path whole = Files.createDirectories(directory.resolve("proc"));
        String readOnly = DIRECTORIES_AND_FILES.stream()
                .filter(path -> Files.exists(Path.of(path)))
                .map(path -> path + " " + path + " none bind,ro 0 0\n")
                .collect(Collectors.joining());
        return Files.writeString(
                directory.resolve("kernel.fstab"),
                "proc " + escaped(whole) + " proc nosuid,nodev,noexec 0 0\n" + readOnly);
    }

    private static String escaped(Path path) {
        return path.toString()
                .replace("\\", "\\134")
                .replace(" ", "\\040")
                .replace("\t", "\\011")
                .replace("\n", "\\012");
    }
}
