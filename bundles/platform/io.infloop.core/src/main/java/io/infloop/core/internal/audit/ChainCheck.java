package io.infloop.core.internal.audit;

import io.infloop.core.audit.AuditChain;
import io.infloop.core.internal.audit.Finding.Kind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers the questions about the chain from snapshots. One at a time. */
final class ChainCheck implements AuditChain {
    private static final Pattern HEAD = Pattern.compile("([1-9][0-9]{0,15})\\.([A-Za-z0-9_-]{43})");

    /** Takes snapshots. */
    interface Source {
        Snapshot take() throws IOException;
    }

    private final AuditKey key;
    private final Source source;

    ChainCheck(AuditKey key, Source source) {
        this.key = key;
        this.source = source;
    }

    /** Whether a text looks like one of {@link #checkpoint}. */
    static boolean isHead(String text) {
        return HEAD.matcher(text).matches();
    }

    @Override
    public synchronized Result verify(Optional<String> since) {
        Optional<Link> from = since.map(ChainCheck::link);
        try (Snapshot snapshot = source.take()) {
            Optional<Finding> keyless = keyless(snapshot);
            if (keyless.isPresent()) {
                return result(keyless.get());
            }
            if (snapshot.oldestFirst().isEmpty() && !key.exists()) {
                return result(Finding.of(
                        Kind.UNSEALED,
                        "there is no audit log here: no server has written one yet, it was removed as a whole, or"
                                + " INFLOOP_DATA_DIR names another directory"));
            }
            if (key.isOurs() && key.exists() && snapshot.head().isEmpty() && isEmpty(snapshot)) {
                return result(Finding.of(
                        Kind.CUT,
                        "there is the key of a log, but no line and no head.json: the log was removed, or the first start"
                                + " of the server was killed within its first moments"));
            }
            ChainVerifier verifier = new ChainVerifier(new Seal(key.read()), from);
            Map<String, Object> report = verifier.verify(snapshot);
            return new Result(verifier.finding().isEmpty(), report);
        } catch (AuditKey.KeyException unusable) {
            return result(Finding.of(Kind.KEY, unusable.getMessage()));
        } catch (IOException unreadable) {
            return result(unreadable(unreadable));
        }
    }

    @Override
    public synchronized Result checkpoint() {
        try (Snapshot snapshot = source.take()) {
            Optional<Finding> keyless = keyless(snapshot);
            if (keyless.isPresent()) {
                return result(keyless.get());
            }
            Seal seal = new Seal(key.read());
            ChainTail tail = new ChainTail(seal);
            List<Snapshot.Part> parts = snapshot.oldestFirst();
            for (int index = parts.size() - 1; index >= 0; index--) {
                if (tail.scan(parts.get(index).file(), parts.get(index).size())) {
                    break;
                }
            }
            boolean behind = HeadFile.parse(snapshot.head(), seal) instanceof HeadFile.Found.Head head
                    && tail.found() instanceof ChainTail.Found.Chained chained
                    && chained.link().seq() < head.link().seq();
            if (behind || !(tail.found() instanceof ChainTail.Found.Chained newest)) {
                return result(Finding.of(
                        behind ? Kind.CUT : Kind.UNSEALED,
                        "the end of the log is not as it was written; see: audit verify"));
            }
            Map<String, Object> members = members("intact", true);
            members.put("head", newest.link().seq() + "." + newest.link().mac());
            members.put("seq", newest.link().seq());
            return new Result(true, members);
        } catch (AuditKey.KeyException unusable) {
            return result(Finding.of(Kind.KEY, unusable.getMessage()));
        } catch (IOException unreadable) {
            return result(unreadable(unreadable));
        }
    }

    /** A log that was written before there was a chain has no key either. */
    private Optional<Finding> keyless(Snapshot snapshot) throws IOException {
        if (key.exists()
                || snapshot.head().isPresent()
                || snapshot.oldestFirst().isEmpty()) {
            return Optional.empty();
        }
        for (Snapshot.Part part : snapshot.oldestFirst()) {
            ForwardLines lines = new ForwardLines(part.file(), part.size());
            for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
                if (Seal.carried(line.get()).isPresent()) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(
                Finding.of(
                        Kind.UNSEALED,
                        "no line of the log is sealed and there is no key; a server of this version seals the lines it writes"));
    }

    private static boolean isEmpty(Snapshot snapshot) {
        return snapshot.oldestFirst().stream().allMatch(part -> part.size() == 0);
    }

    private static Finding unreadable(IOException reason) {
        return Finding.of(Kind.UNSEALED, "the log cannot be read: " + reason.getMessage());
    }

    private static Result result(Finding finding) {
        Map<String, Object> members = members("intact", false);
        members.put("finding", finding.toJson());
        return new Result(false, members);
    }

    private static Map<String, Object> members(String name, Object value) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(name, value);
        return members;
    }

    private static Link link(String head) {
        Matcher parts = HEAD.matcher(head);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a head that audit checkpoint printed");
        }
        return new Link(Long.parseLong(parts.group(1)), parts.group(2));
    }
}
