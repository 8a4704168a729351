package io.infloop.core.internal.sandbox;

import java.util.Locale;

/**
 * Why a level is not available, and what would change that, out of what the tools say.
 *
 * @param detail why not
 * @param remedy what would lift it
 */
record Obstacles(String detail, String remedy) {
    private static final String SYSTEM = "let the system allow user namespaces (sysctl user.max_user_namespaces, on"
            + " Debian kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), in a"
            + " container start it with a seccomp profile that allows unshare, clone, mount and pivot_root";

    static Obstacles missing(String program, String packageName) {
        return new Obstacles(program + " was not found", "install " + packageName);
    }

    /** @param error the error output of the failed test */
    static Obstacles of(String error) {
        String text = error.toLowerCase(Locale.ROOT);
        if (text.contains("max_*_namespaces") || text.contains("no space left on device")) {
            return new Obstacles(
                    "the system's limit on namespaces is reached or 0", "raise sysctl user.max_user_namespaces");
        }
        if (text.contains("mount proc") || text.contains("mount /proc failed")) {
            return new Obstacles(
                    "a private /proc cannot be mounted, as in containers that mask parts of it",
                    "start the container with --security-opt systempaths=unconfined");
        }
        if (text.contains("setting up uid map: permission denied") || text.contains("rtm_newaddr")) {
            return new Obstacles(
                    "AppArmor forbids user namespaces to this program",
                    "set sysctl kernel.apparmor_restrict_unprivileged_userns=0 or give bwrap and unshare a profile");
        }
        if (text.contains("operation not permitted") || text.contains("no permissions to create new namespace")) {
            return new Obstacles("the system forbids new namespaces to this process", SYSTEM);
        }
        if (text.contains("unrecognized option")
                || text.contains("unknown option")
                || text.contains("invalid option")) {
            return new Obstacles(
                    "the installed tools are too old", "install util-linux 2.38 or later and bubblewrap 0.8");
        }
        String line = text.isBlank() ? "its test gave no reason" : firstLine(error);
        return new Obstacles("it does not work here: " + line, SYSTEM);
    }

    private static String firstLine(String error) {
        String line = error.strip().lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}
