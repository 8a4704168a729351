package io.infloop.host.internal.folder;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the plugin folders on a thread of its own: notifications of the system make it quick, regular looks make it reliable where
 * there are none.
 */
public final class FolderWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWatcher.class);

    /** Receives changes on the watcher's thread. */
    public interface Listener {
        void changed(List<FileChange> changes);

        /** Every file seen so far has been reported. */
        void atRest();
    }

    /**
     * How often and how long.
     *
     * @param look between looks at files that are being written
     * @param rescan between looks when nothing happens
     * @param patience as in {@link WatchedFiles}
     */
    public record Timing(Duration look, Duration rescan, Duration patience) {}

    private final List<WatchedFiles> contents = new ArrayList<>();
    private final List<PluginFolder> folders;

    /** Seen, but not yet told: what goes wrong in between must not lose a change. */
    private final List<FileChange> untold = new ArrayList<>();

    private final Listener listener;
    private final Timing timing;
    private final WatchService watchService;
    private final Map<PluginFolder, WatchKey> keys = new HashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    public FolderWatcher(List<PluginFolder> folders, Timing timing, Listener listener) {
        this.folders = List.copyOf(folders);
        this.timing = timing;
        this.listener = listener;
        this.watchService = openWatchService();
        folders.forEach(folder -> contents.add(new WatchedFiles(folder, timing.patience())));
        this.thread = new Thread(this::run, "plugin folders");
        thread.setDaemon(true);
    }

    private static WatchService openWatchService() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException | UnsupportedOperationException unavailable) {
            LOG.warn("The system does not report changes of folders; plugins are noticed by regular looks only");
            return null;
        }
    }

    public void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                registerFolders();
                boolean pending = look();
                if (pending) {
                    LockSupport.parkNanos(timing.look().toNanos());
                } else {
                    listener.atRest();
                    awaitChange();
                }
            } catch (ClosedWatchServiceException stopped) {
                return;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return;
            } catch (Throwable defect) {
                // Whatever a file made of this look, errors of the virtual machine included: the other plugins need the
                // next one.
                LOG.error("A look at the plugin folders failed; the next one follows", defect);
                LockSupport.parkNanos(timing.rescan().toNanos());
            }
        }
    }

    private boolean look() {
        boolean pending = false;
        for (WatchedFiles files : contents) {
            untold.addAll(files.look(System.nanoTime()));
            pending |= files.isPending();
        }
        if (!untold.isEmpty()) {
            // New files first: where one file replaces another, the new one serves before the old one goes.
            List<FileChange> ordered = new ArrayList<>();
            untold.stream()
                    .filter(change -> !(change instanceof FileChange.Gone))
                    .forEach(ordered::add);
            untold.stream().filter(FileChange.Gone.class::isInstance).forEach(ordered::add);
            listener.changed(ordered);
            untold.clear();
        }
        return pending;
    }

    private void registerFolders() {
        if (watchService == null) {
            return;
        }
        for (PluginFolder folder : folders) {
            WatchKey key = keys.get(folder);
            if ((key == null || !key.isValid()) && Files.isDirectory(folder.path())) {
                try {
                    keys.put(
                            folder,
                            folder.path()
                                    .register(
                                            watchService,
                                            StandardWatchEventKinds.ENTRY_CREATE,
                                            StandardWatchEventKinds.ENTRY_MODIFY,
                                            StandardWatchEventKinds.ENTRY_DELETE));
                } catch (IOException unavailable) {
                    LOG.debug("No notifications for {}", folder.path(), unavailable);
                }
            }
        }
    }

    private void awaitChange() throws InterruptedException {
        if (watchService == null) {
            LockSupport.parkNanos(timing.rescan().toNanos());
            return;
        }
        WatchKey key = watchService.poll(timing.rescan().toMillis(), TimeUnit.MILLISECONDS);
        while (key != null) {
            key.pollEvents();
            key.reset();
            key = watchService.poll();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        if (watchService != null) {
            try {
                watchService.close();
            } catch (IOException ignored) {
                LOG.debug("The watch service did not close", ignored);
            }
        }
    }
}
