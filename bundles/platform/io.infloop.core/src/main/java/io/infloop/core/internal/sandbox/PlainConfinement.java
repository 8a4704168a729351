package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SandboxLevel;
import java.util.ArrayList;
import java.util.List;

/** None: session and environment only. */
public final class PlainConfinement implements Confinement {
    @Override
    public SandboxLevel level() {
        return SandboxLevel.OFF;
    }

    @Override
    public List<String> command(Launch launch) {
        List<String> command = new ArrayList<>();
        command.add(launch.program().toString());
        command.addAll(launch.arguments());
        return command;
    }

    @Override
    public boolean hasKeeper() {
        return false;
    }
}
