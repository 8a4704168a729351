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
     * @param directory of this server; made if it is missing
     */
    static Path mounts(Path directory) throws IOException {
        Files.createDirectories(directory);
        return Files.writeString(
                directory.resolve("kernel.fstab"),
                DIRECTORIES_AND_FILES.stream()
                        .filter(path -> Files.exists(Path.of(path)))
                        .map(path -> path + " " + path + " none bind,ro 0 0\n")
                        .collect(Collectors.joining()));
    }
}
