package io.infloop.core.internal.sandbox;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Recognises on the error output of a failed child what its sandbox did to it. */
final class Explanations {
    private static final List<String> PRIVILEGE = List.of(
            "setuid bit set",
            "effective uid is not 0",
            "must be setuid root",
            "must be suid",
            "\"no new privileges\" flag is set",
            "setgroups: operation not permitted",
            "setgroups 65534 failed");
    private static final List<String> OWNERS = List.of(
            "dubious ownership",
            "bad owner or permissions",
            "changing ownership",
            "cannot change ownership",
            "chown: operation not permitted",
            "lchown",
            "eperm: operation not permitted, chown");
    private static final List<String> MOUNTS =
            List.of("must be superuser to use mount", "must be superuser to unmount", "mount: permission denied");

    private static final List<String> PROCESSES = List.of("no such process");
    private static final List<String> DAEMONS = List.of(
            "daemon is not running",
            "daemon not running",
            "could not connect to the daemon",
            "cannot connect to the daemon",
            "daemon disappeared",
            "daemon stopped");

    private static final List<String> KERNEL = List.of("/proc/", "/sys/", "setting key");

    private static final List<String> NETWORK = List.of(
            "name resolution",
            "could not resolve host",
            "name or service not known",
            "network is unreachable",
            "eai_again",
            "enotfound");

    private Explanations() {}

    static Optional<String> ofNamespace(String stderr, boolean root) {
        String text = stderr.toLowerCase(Locale.ROOT);
        if (text.contains(NamespaceConfinement.FAILED)) {
            return Optional.of("the sandbox (level namespace) could not be set up, so the program was not started;"
                    + " the last line of its error output says what failed");
        }
        if (text.contains("read-only file system") && contains(text, KERNEL)) {
            return Optional.of("it ran in the sandbox (level namespace), where the settings of the kernel (/proc/sys,"
                    + " /sys) are only read");
        }
        if (contains(text, MOUNTS) || root && text.contains("unshare failed: operation not permitted")) {
            return Optional.of("it ran in the sandbox (level namespace), where nothing can be mounted or unmounted");
        }
        Optional<String> outside = ofWhatIsOutside(text, "namespace");
        if (outside.isPresent()) {
            return outside;
        }
        if (!root && contains(text, PRIVILEGE)) {
            return Optional.of("it ran in the sandbox (level namespace), a user namespace in which sudo and other"
                    + " set-uid programs have no effect; do what needs other rights outside of the workflow");
        }
        if (!root && contains(text, OWNERS)) {
            return Optional.of("it ran in the sandbox (level namespace), a user namespace in which files of other"
                    + " owners belong to nobody and owners cannot be changed");
        }
        return Optional.empty();
    }

    static Optional<String> ofJail(String stderr) {
        String text = stderr.toLowerCase(Locale.ROOT);
        if (text.contains(NamespaceConfinement.FAILED) || text.startsWith("bwrap: ")) {
            return Optional.of("the sandbox (level jail) could not be set up, so the program was not started; its error"
                    + " output says what failed");
        }
        Optional<String> outside = ofWhatIsOutside(text, "jail");
        if (outside.isPresent()) {
            return outside;
        }
        if (contains(text, NETWORK)) {
            return Optional.of("it ran in the sandbox (level jail), where only the hosts of its egressAllowlist are"
                    + " reachable, through the proxy that its variables name");
        }
        if (text.contains("read-only file system")) {
            return Optional.of("it ran in the sandbox (level jail), where only its working directory, its HOME and /tmp"
                    + " can be written");
        }
        if (contains(text, PRIVILEGE) || contains(text, OWNERS) || contains(text, MOUNTS)) {
            return Optional.of("it ran in the sandbox (level jail), where nobody gets other rights and owners cannot be"
                    + " changed");
        }
        return Optional.empty();
    }

    private static Optional<String> ofWhatIsOutside(String text, String level) {
        if (contains(text, PROCESSES)) {
            return Optional.of(
                    "it ran in the sandbox (level " + level + "), where only processes of the same program run"
                            + " are visible: the numbers of others mean nothing inside");
        }
        if (contains(text, DAEMONS)) {
            return Optional.of("it ran in the sandbox (level " + level + "), where a daemon ends with the program that"
                    + " started it: start it in the same script");
        }
        return Optional.empty();
    }

    private static boolean contains(String text, List<String> words) {
        return words.stream().anyMatch(text::contains);
    }
}
