package io.infloop.core.internal.process;

import io.infloop.core.process.ProcessOwner;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.process.SupervisedProcess;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Gives each bundle a launcher of its own, for work outside of runs; what it started is stopped when the bundle lets go of it. */
public final class ScopedLaunchers implements ServiceFactory<ProcessLauncher> {
    private final ChildSupervisor supervisor;

    public ScopedLaunchers(ChildSupervisor supervisor) {
        this.supervisor = supervisor;
    }

    @Override
    public ProcessLauncher getService(Bundle bundle, ServiceRegistration<ProcessLauncher> registration) {
        return new Scoped(bundle.getSymbolicName());
    }

    @Override
    public void ungetService(
            Bundle bundle, ServiceRegistration<ProcessLauncher> registration, ProcessLauncher launcher) {
        ((Scoped) launcher).close();
    }

    private final class Scoped implements ProcessLauncher {
        private final ProcessOwner owner;
        private final Set<SupervisedProcess> running = ConcurrentHashMap.newKeySet();
        private volatile boolean released;

        Scoped(String pluginId) {
            this.owner = new ProcessOwner(
                    pluginId,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Cancellation.NEVER,
                    Optional.empty());
        }

        @Override
        public SupervisedProcess start(ProcessSpec spec) throws SpawnException {
            if (released) {
                throw new SpawnException("not started: the plugin has released its launcher");
            }
            SupervisedProcess process = supervisor.start(spec, owner);
            running.add(process);
            process.exit().whenComplete((exit, never) -> running.remove(process));
            if (released) {
                process.stop();
            }
            return process;
        }

        void close() {
            released = true;
            running.forEach(SupervisedProcess::stop);
        }
    }
}
