package io.infloop.core.internal.posture;

import io.infloop.core.internal.process.Wrappers;
import io.infloop.core.posture.PostureLine;
import io.infloop.core.posture.PostureSource;
import java.util.List;

/** What holds for every child. */
public final class ChildrenPosture implements PostureSource {
    private final Wrappers wrappers;

    public ChildrenPosture(Wrappers wrappers) {
        this.wrappers = wrappers;
    }

    @Override
    public List<PostureLine> posture() {
        return List.of(
                PostureLine.safe("environment of children", "built from an allow-list, without INFLOOP_*"),
                wrappers.setsid().isPresent() && wrappers.kill().isPresent()
                        ? PostureLine.safe("sessions of children", "own session each, stopped with their descendants")
                        : PostureLine.weakened(
                                "sessions of children",
                                "not available",
                                "install util-linux; no program is started without"),
                wrappers.prlimit().isPresent()
                        ? PostureLine.safe("core dumps of children", "off")
                        : PostureLine.weakened("core dumps of children", "as the system allows", "install util-linux"),
                PostureLine.weakened(
                        "isolation of children",
                        "none",
                        "children run with this user's rights; run the server as a user of its own or in a container"));
    }
}
