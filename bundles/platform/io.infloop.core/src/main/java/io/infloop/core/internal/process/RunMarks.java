package io.infloop.core.internal.process;

import io.infloop.core.internal.instance.LocalServerInstance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The marks that children carry in their environment: which data directory they belong to, which server started them, and a number of
 * their own. So a child is recognised even when its server died before it could write the pid file.
 */
final class RunMarks {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern MARK = Pattern.compile("([0-9a-f]{16})-([0-9]{1,10})-([0-9]{1,18})-[0-9a-f]{24}");

    private final Path data;
    private final LocalServerInstance server;
    private volatile Optional<String> scope = Optional.empty();

    RunMarks(Path data, LocalServerInstance server) {
        this.data = data;
        this.server = server;
    }

    String next() {
        byte[] random = new byte[12];
        RANDOM.nextBytes(random);
        return scope() + "-" + server.pid() + "-" + Math.max(0, server.startTicks()) + "-"
                + HexFormat.of().formatHex(random);
    }

    /** False for every mark of another data directory: its servers cannot be judged from here. */
    boolean isOfDeadServer(String mark) {
        Matcher matcher = MARK.matcher(mark);
        return matcher.matches()
                && matcher.group(1).equals(scope())
                && !ProcFs.isRunning(Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3)));
    }

    /** The data directory as the file system knows it, on this machine since its start, among the processes that we can see. */
    private String scope() {
        if (scope.isEmpty()) {
            try {
                Object key =
                        Files.readAttributes(data, BasicFileAttributes.class).fileKey();
                scope = Optional.of(scope(key == null ? data.toRealPath().toString() : key.toString()));
            } catch (IOException missing) {
                return scope(data.toString());
            }
        }
        return scope.get();
    }

    private static String scope(String directory) {
        String scope = ProcFs.bootId() + " " + ProcFs.pidNamespace() + " " + directory;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(scope.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
