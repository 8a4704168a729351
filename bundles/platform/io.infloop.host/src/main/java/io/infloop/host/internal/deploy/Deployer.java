package io.infloop.host.internal.deploy;

import io.infloop.host.internal.PlainText;
import io.infloop.host.internal.RefusedException;
import io.infloop.host.internal.folder.FileChange;
import io.infloop.host.internal.folder.FolderWatcher;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.PluginVersion;
import io.infloop.host.internal.stage.Candidate;
import io.infloop.host.internal.stage.Stager;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Makes what serves agree with the files in the folders: stage, verify, activate, then show the new version and hide the old one in
 * one step. All state belongs to the worker's single thread.
 */
final class Deployer implements FolderWatcher.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);

    /** So long an activation is waited for before the next file has its turn. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final ScheduledExecutorService worker;
    private final Stager stager;
    private final Installer installer;
    private final ContributionRegistry registry;
    private final Retirement retirement;
    private final Duration activationDeadline;
    private final Runnable changed;

    private final Map<Path, PluginFile> files = new LinkedHashMap<>();
    private final Map<String, Deployed> deployed = new HashMap<>();
    private final Map<String, Activation> activating = new HashMap<>();
    private long order;
    private boolean atRest;

    /** A plugin of the operator that serves, and the file it came from. */
    record Deployed(Candidate candidate, PluginVersion version) {}

    /** @param changed is called on the worker after each step */
    Deployer(
            ScheduledExecutorService worker,
            Stager stager,
            Installer installer,
            ContributionRegistry registry,
            Retirement retirement,
            Duration activationDeadline,
            Runnable changed) {
        this.worker = worker;
        this.stager = stager;
        this.installer = installer;
        this.registry = registry;
        this.retirement = retirement;
        this.activationDeadline = activationDeadline;
        this.changed = changed;
    }

    @Override
    public void changed(List<FileChange> changes) {
        worker.execute(() -> guarded(() -> take(changes)));
    }

    @Override
    public void atRest() {
        worker.execute(() -> guarded(() -> atRest = true));
    }

    /** Whether every file of the first look has been dealt with. */
    boolean isSettled() {
        return atRest && activating.isEmpty();
    }

    Collection<PluginFile> files() {
        return files.values();
    }

    Collection<Deployed> deployed() {
        return deployed.values();
    }

    Set<String> activating() {
        return activating.keySet();
    }

    private void guarded(Runnable step) {
        isolated(step);
        isolated(() -> stager.keepOnly(copiesInUse()));
        isolated(changed);
    }

    /** What one file or one plugin makes of a step, errors of the virtual machine included, stays with it. */
    private void isolated(Runnable step) {
        try {
            step.run();
        } catch (Throwable defect) {
            LOG.atLevel(level())
                    .setCause(defect)
                    .log("A change of plugins could not be carried out; what serves stays as it is");
        }
    }

    /** While the server stops nothing can be carried out any more, which is no defect. */
    private Level level() {
        return worker.isShutdown() ? Level.DEBUG : Level.ERROR;
    }

    private Set<Path> copiesInUse() {
        Set<Path> used = new HashSet<>();
        files.values().forEach(file -> file.candidate().ifPresent(candidate -> used.add(candidate.bundle())));
        deployed.values().forEach(one -> used.add(one.candidate().bundle()));
        activating.values().forEach(one -> used.add(one.candidate().bundle()));
        return used;
    }

    private void take(List<FileChange> changes) {
        for (FileChange change : changes) {
            if (!(change instanceof FileChange.Gone)) {
                Set<String> concerned = new LinkedHashSet<>();
                isolated(() -> examine(change, concerned));
                concerned.forEach(id -> isolated(() -> reconcile(id)));
            }
        }
        Set<String> concerned = new LinkedHashSet<>();
        for (FileChange change : changes) {
            if (change instanceof FileChange.Gone gone) {
                Optional.ofNullable(files.remove(gone.file()))
                        .flatMap(PluginFile::candidate)
                        .ifPresent(candidate -> concerned.add(candidate.id()));
                deployed.values().stream()
                        .filter(one -> one.candidate().file().equals(gone.file()))
                        .forEach(one -> concerned.add(one.candidate().id()));
            }
        }
        concerned.forEach(id -> isolated(() -> reconcile(id)));
    }

    /** Stages a file and notes which plugins may be affected. */
    private void examine(FileChange change, Set<String> concerned) {
        Optional<PluginFile> before = Optional.ofNullable(files.get(change.file()));
        before.flatMap(PluginFile::candidate).ifPresent(candidate -> concerned.add(candidate.id()));
        deployed.values().stream()
                .filter(one -> one.candidate().file().equals(change.file()))
                .forEach(one -> concerned.add(one.candidate().id()));
        long place = before.map(PluginFile::order).orElseGet(() -> order++);
        PluginFile file;
        try {
            Candidate candidate = stage(change);
            concerned.add(candidate.id());
            file = PluginFile.accepted(candidate, place);
            if (before.filter(known -> known.candidate().equals(Optional.of(candidate)))
                    .isPresent()) {
                // Touched, not changed: what was decided about it stands.
                return;
            }
        } catch (RefusedException refused) {
            file = PluginFile.refused(change.file(), place, refused.getMessage());
        } catch (RuntimeException | Error defect) {
            LOG.error("{} could not be examined", PlainText.of(change.file().toString()), defect);
            file = PluginFile.refused(
                    change.file(),
                    place,
                    "could not be examined (" + defect.getClass().getSimpleName()
                            + "); build it again, the log of the server says more");
        }
        files.put(change.file(), file);
    }

    private Candidate stage(FileChange change) throws RefusedException {
        if (change instanceof FileChange.Found found) {
            Candidate candidate = stager.stage(found.folder(), found.file());
            installer.checkName(candidate);
            return candidate;
        }
        throw new RefusedException(
                change instanceof FileChange.Refused refused ? refused.reason() : "is not there any more");
    }

    /** Brings one plugin to what the files say. */
    private void reconcile(String id) {
        if (activating.containsKey(id)) {
            return;
        }
        Optional<Deployed> current = Optional.ofNullable(deployed.get(id));
        Optional<PluginFile> wanted = Choice.of(id, files.values(), current.map(Deployed::candidate));
        if (wanted.isEmpty()) {
            current.filter(one -> !Choice.isUnusable(one.candidate(), files.values()))
                    .ifPresent(this::remove);
            return;
        }
        Candidate candidate = wanted.get().candidate().orElseThrow();
        if (current.isPresent() && current.get().candidate().sha256().equals(candidate.sha256())) {
            // The same content, perhaps under another name.
            deployed.put(id, new Deployed(candidate, current.get().version()));
            return;
        }
        activate(candidate, wanted.get(), current);
    }

    private void remove(Deployed gone) {
        deployed.remove(gone.candidate().id());
        registry.hide(gone.version());
        retirement.retire(gone.version());
    }

    private void activate(Candidate candidate, PluginFile file, Optional<Deployed> current) {
        Activation activation;
        try {
            activation = installer.install(candidate, file.order(), current.map(Deployed::version));
        } catch (RefusedException refused) {
            fail(candidate, refused.getMessage());
            return;
        } catch (RuntimeException | Error defect) {
            fail(candidate, unstartable(candidate, defect));
            return;
        }
        activating.put(candidate.id(), activation);
        try {
            Future<?> unusedAlarm = worker.schedule(
                    () -> activation.expire(activationDeadline), activationDeadline.toMillis(), TimeUnit.MILLISECONDS);
            activation.begin();
        } catch (RuntimeException | Error defect) {
            finish(activation, Optional.of(unstartable(candidate, defect)));
            return;
        }
        await(activation);
    }

    private String unstartable(Candidate candidate, Throwable defect) {
        LOG.atLevel(level())
                .setCause(defect)
                .log("Plugin {} {} could not be started", candidate.id(), candidate.version());
        return "could not be started (" + defect.getClass().getSimpleName() + "); the log of the server says more";
    }

    private void await(Activation activation) {
        try {
            finish(activation, activation.failure().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException slow) {
            Future<?> unused = activation
                    .failure()
                    .thenAccept(failure -> worker.execute(() -> guarded(() -> finish(activation, failure))));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void finish(Activation activation, Optional<String> failure) {
        Candidate candidate = activation.candidate();
        if (!activating.remove(candidate.id(), activation)) {
            return;
        }
        if (failure.isPresent()) {
            activation.version().revoke();
            retirement.discard(activation.version());
            fail(candidate, failure.get());
            return;
        }
        deployed.put(candidate.id(), new Deployed(candidate, activation.version()));
        registry.show(activation.version(), activation.replaces());
        activation.replaces().ifPresent(retirement::retire);
        reconcile(candidate.id());
    }

    private void fail(Candidate candidate, String reason) {
        files.computeIfPresent(
                candidate.file(),
                (path, file) -> file.candidate().equals(Optional.of(candidate)) ? file.failed(reason) : file);
        reconcile(candidate.id());
    }
}
