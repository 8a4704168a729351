package io.infloop.core.internal.doctor;

import io.infloop.core.internal.process.Wrappers;
import io.infloop.core.internal.settings.ApiToken;
import io.infloop.core.internal.settings.BindRule;
import io.infloop.core.internal.settings.ServerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says of each security setting whether it is safe. */
final class Posture {
    private Posture() {}

    static List<PostureLine> lines(ServerSettings settings, Optional<ApiToken> token, Wrappers wrappers) {
        List<PostureLine> lines = new ArrayList<>();
        boolean loopback = BindRule.isLoopback(settings.host());
        lines.add(
                loopback || token.isPresent()
                        ? PostureLine.safe("HOST", settings.host())
                        : PostureLine.weakened(
                                "HOST",
                                settings.host(),
                                "unset HOST, or set INFLOOP_API_TOKEN: others can reach the port"));
        lines.add(tokenLine(token, loopback));
        lines.add(
                settings.allowInsecure()
                        ? PostureLine.weakened("INFLOOP_ALLOW_INSECURE", "1", "unset it and set INFLOOP_API_TOKEN")
                        : PostureLine.safe("INFLOOP_ALLOW_INSECURE", "unset"));
        lines.add(
                settings.workspaceRoots().isEmpty()
                        ? PostureLine.weakened(
                                "WORKSPACE_ROOTS",
                                "unset",
                                "name the directories in which agents may work; without it they may work everywhere")
                        : PostureLine.safe(
                                "WORKSPACE_ROOTS", settings.workspaceRoots().toString()));
        lines.add(PostureLine.safe("environment of children", "built from an allow-list, without INFLOOP_*"));
        lines.add(
                settings.childPassthrough().isEmpty()
                        ? PostureLine.safe("INFLOOP_CHILD_ENV_PASSTHROUGH", "unset")
                        : PostureLine.weakened(
                                "INFLOOP_CHILD_ENV_PASSTHROUGH",
                                String.join(",", settings.childPassthrough()),
                                "every child gets these variables; prefer envPassthrough of the provider that needs them"));
        lines.add(
                wrappers.setsid().isPresent() && wrappers.kill().isPresent()
                        ? PostureLine.safe("sessions of children", "own session each, stopped with their descendants")
                        : PostureLine.weakened(
                                "sessions of children",
                                "not available",
                                "install util-linux; no program is started without"));
        lines.add(
                wrappers.prlimit().isPresent()
                        ? PostureLine.safe("core dumps of children", "off")
                        : PostureLine.weakened("core dumps of children", "as the system allows", "install util-linux"));
        lines.add(PostureLine.weakened(
                "isolation of children",
                "none",
                "children run with this user's rights; run the server as a user of its own or in a container"));
        lines.add(PostureLine.weakened(
                "INFLOOP_EGRESS_ENFORCE",
                "not available",
                "children can reach every host; restrict the network of the machine or container"));
        lines.add(
                settings.maxTotalCostUsd() > 0
                        ? PostureLine.safe("INFLOOP_MAX_TOTAL_COST_USD", Double.toString(settings.maxTotalCostUsd()))
                        : PostureLine.weakened(
                                "INFLOOP_MAX_TOTAL_COST_USD", "no limit", "set what all runs together may cost"));
        return lines;
    }

    private static PostureLine tokenLine(Optional<ApiToken> token, boolean loopback) {
        if (token.isEmpty()) {
            return loopback
                    ? PostureLine.safe("INFLOOP_API_TOKEN", "unset; only this machine can reach the server")
                    : PostureLine.weakened("INFLOOP_API_TOKEN", "unset", "set it: openssl rand -hex 32");
        }
        return token.get().isShort()
                ? PostureLine.weakened("INFLOOP_API_TOKEN", "set, short", "use a longer one: openssl rand -hex 32")
                : PostureLine.safe("INFLOOP_API_TOKEN", "set");
    }
}
