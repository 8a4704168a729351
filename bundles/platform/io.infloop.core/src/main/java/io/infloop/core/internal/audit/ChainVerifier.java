package io.infloop.core.internal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.internal.audit.Finding.Kind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Follows the chain through a snapshot from its oldest line to its newest. For one use. */
final class ChainVerifier {
    private final Seal seal;
    private final Optional<Link> since;

    /** The newest line that was accepted, or is taken for accepted after a finding. */
    private Optional<Link> previous = Optional.empty();

    private Optional<Link> lastLegacy = Optional.empty();
    /** What the oldest line of the chain refers to. */
    private Optional<Link> front = Optional.empty();

    private boolean frontExplained;
    private Position frontPosition = new Position("", 0);
    private Optional<Finding> first = Optional.empty();
    private Optional<Finding> earlier = Optional.empty();
    private boolean sinceSeen;
    /** Numbers that were skipped by the first finding. */
    private long skippedFrom;

    private long skippedTo = -1;
    private Optional<Link> head = Optional.empty();
    private Optional<String> codeAtHead = Optional.empty();
    private long lines;
    private long legacyLines;
    private boolean torn;
    private Position position = new Position("", 0);

    private record Position(String file, long line) {}

    /** @param since from which line on findings count */
    ChainVerifier(Seal seal, Optional<Link> since) {
        this.seal = seal;
        this.since = since;
    }

    Map<String, Object> verify(Snapshot snapshot) throws IOException {
        HeadFile.Found found = HeadFile.parse(snapshot.head(), seal);
        if (found instanceof HeadFile.Found.Head present) {
            head = Optional.of(present.link());
        }
        for (int index = 0; index < snapshot.oldestFirst().size(); index++) {
            Snapshot.Part part = snapshot.oldestFirst().get(index);
            ForwardLines forward = new ForwardLines(part.file(), part.size());
            for (Optional<byte[]> line = forward.next(); line.isPresent(); line = forward.next()) {
                position = new Position(part.name(), forward.number());
                lines++;
                check(line.get());
            }
            if (forward.isTorn()) {
                torn = index == snapshot.oldestFirst().size() - 1;
                if (!torn) {
                    position = new Position(part.name(), forward.number() + 1);
                    report(Kind.CHANGED, OptionalLong.empty(), "the file ends in the middle of this line");
                }
            }
        }
        checkFront();
        checkHead(found);
        if (since.isPresent() && !sinceSeen) {
            earlier = first;
            first = Optional.of(Finding.of(
                    Kind.CHECKPOINT,
                    "line " + since.get().seq() + " of the checkpoint is not in the log as it was: it was changed or"
                            + " removed, or rotation has deleted it (then take checkpoints more often)"));
        }
        return report();
    }

    /** What was found, or nothing. */
    Optional<Finding> finding() {
        return first;
    }

    private void check(byte[] line) {
        Optional<JsonNode> members = ChainTail.members(line);
        boolean sealed = seal.holds(line) && members.isPresent();
        if (!sealed) {
            unsealed(line, members);
            return;
        }
        Link link =
                new Link(members.get().path("seq").asLong(), Seal.carried(line).orElseThrow());
        Link refers = new Link(link.seq() - 1, members.get().path("prev").asText());
        if (head.isPresent() && head.get().seq() == link.seq()) {
            codeAtHead = Optional.of(link.mac());
        }
        if (front.isEmpty()) {
            begin(refers, members.get());
        } else {
            follow(refers, members.get());
        }
        explain(members.get());
        previous = Optional.of(link);
        if (since.isPresent() && since.get().equals(link)) {
            sinceSeen = true;
            earlier = first;
            first = Optional.empty();
            frontExplained = true;
        }
    }

    private void unsealed(byte[] line, Optional<JsonNode> members) {
        OptionalLong seq = members.map(
                        present -> OptionalLong.of(present.path("seq").asLong()))
                .orElse(OptionalLong.empty());
        boolean legacy = front.isEmpty()
                && members.isPresent()
                && !members.get().has("mac")
                && !members.get().has("prev");
        if (legacy) {
            legacyLines++;
            lastLegacy = Optional.of(new Link(seq.orElse(0), seal.codeOfLegacy(line)));
            return;
        }
        Optional<String> carried = Seal.carried(line);
        boolean inPlace = carried.isPresent()
                && seq.isPresent()
                && (previous.isEmpty() || seq.getAsLong() == previous.get().seq() + 1);
        if (inPlace) {
            report(Kind.CHANGED, seq, "this line was changed after it was written, or it was written with another key");
            // The next line refers to the code that this one still carries.
            previous = Optional.of(new Link(seq.getAsLong(), carried.get()));
            if (front.isEmpty()) {
                front = Optional.of(Link.START);
                frontExplained = true;
            }
        } else {
            report(Kind.FOREIGN, seq, "this line was not written by a server with this key");
        }
    }

    /** The oldest line of the chain. */
    private void begin(Link refers, JsonNode members) {
        front = Optional.of(refers);
        frontPosition = position;
        boolean adopted = members.path("type").asText().equals("audit.chain_started")
                && lastLegacy.isPresent()
                && lastLegacy.get().equals(refers);
        frontExplained = adopted || (lastLegacy.isEmpty() && refers.equals(Link.START));
        if (lastLegacy.isPresent() && !adopted) {
            report(
                    Kind.FOREIGN,
                    OptionalLong.of(refers.seq() + 1),
                    "the lines before this one have no codes, and the chain does not begin behind them");
            frontExplained = true;
        }
    }

    private void follow(Link refers, JsonNode members) {
        Link before = previous.orElse(Link.START);
        long seq = refers.seq() + 1;
        if (refers.equals(before)) {
            return;
        }
        if (skippedFrom <= seq && seq <= skippedTo) {
            reordered(seq);
        } else if (seq <= before.seq()) {
            report(
                    Kind.REORDERED,
                    OptionalLong.of(seq),
                    "this line stands behind line " + before.seq() + ": it was moved or repeated");
        } else if (seq > before.seq() + 1) {
            boolean noticed = members.path("type").asText().equals("audit.cut");
            if (first.isEmpty()) {
                skippedFrom = before.seq() + 1;
                skippedTo = seq - 1;
            }
            report(
                    noticed ? Kind.CUT : Kind.REMOVED,
                    OptionalLong.of(before.seq() + 1),
                    numbers(before.seq() + 1, seq - 1) + " missing before this line, which has number " + seq
                            + (noticed
                                    ? "; the server noticed it at "
                                            + members.path("ts").asText()
                                    : ""));
        } else {
            report(
                    Kind.FOREIGN,
                    OptionalLong.of(seq),
                    "this line belongs to another course of the log than the line before it");
        }
    }

    /** What was missing has turned up. */
    private void reordered(long seq) {
        Finding missing = first.orElseThrow();
        if (missing.kind() == Kind.REMOVED) {
            first = Optional.of(new Finding(
                    Kind.REORDERED,
                    missing.file(),
                    missing.line(),
                    missing.seq(),
                    "line " + seq + " should stand here, but stands in " + position.file() + " at line "
                            + position.line()));
        }
    }

    private void explain(JsonNode members) {
        String type = members.path("type").asText();
        if (type.equals("audit.file_deleted")) {
            Link through = new Link(
                    members.path("through").asLong(), members.path("throughMac").asText());
            frontExplained |= front.isPresent() && front.get().equals(through);
        } else if (type.equals("audit.head_missing")) {
            report(
                    Kind.CUT,
                    OptionalLong.of(members.path("seq").asLong()),
                    "head.json was missing when the server wrote this line: lines may have been cut before it");
        }
    }

    private void checkFront() {
        if (front.isPresent() && !frontExplained && first.isEmpty()) {
            position = frontPosition;
            report(
                    Kind.REMOVED,
                    OptionalLong.of(front.get().seq()),
                    "the lines before this one are missing, and no line tells that rotation deleted them");
        }
    }

    private void checkHead(HeadFile.Found found) {
        boolean chained = front.isPresent();
        if (!(found instanceof HeadFile.Found.Head present)) {
            if (chained || legacyLines > 0 || found instanceof HeadFile.Found.Foreign) {
                later(Finding.of(
                        Kind.HEAD,
                        "head.json is "
                                + (found instanceof HeadFile.Found.Foreign
                                        ? "not sealed with this key"
                                        : "missing, so nobody can tell whether the end of the log is")));
            }
            return;
        }
        long last = previous.or(() -> lastLegacy).orElse(Link.START).seq();
        if (present.link().seq() > last) {
            later(new Finding(
                    Kind.CUT,
                    position.file(),
                    position.line(),
                    OptionalLong.of(last + 1),
                    "the log ends here, but " + numbers(last + 1, present.link().seq()) + " known to have been in it"));
        } else if (!chained && lastLegacy.isPresent() && !lastLegacy.get().equals(present.link())) {
            later(Finding.of(
                    Kind.CHANGED,
                    "head.json tells of sealed lines up to " + present.link().seq() + ", but no line is sealed"));
        } else if (codeAtHead.isPresent()
                && !codeAtHead.get().equals(present.link().mac())) {
            later(new Finding(
                    Kind.FOREIGN,
                    position.file(),
                    0,
                    OptionalLong.of(present.link().seq()),
                    "line " + present.link().seq() + " is not the one that head.json tells of"));
        }
    }

    private void later(Finding finding) {
        if (first.isEmpty()) {
            first = Optional.of(finding);
        }
    }

    private void report(Kind kind, OptionalLong seq, String message) {
        if (first.isEmpty()) {
            first = Optional.of(new Finding(kind, position.file(), position.line(), seq, message));
        }
    }

    private static String numbers(long from, long to) {
        return from == to ? "line " + from + " is" : "lines " + from + " to " + to + " are";
    }

    private Map<String, Object> report() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("intact", first.isEmpty());
        first.ifPresent(finding -> members.put("finding", finding.toJson()));
        earlier.ifPresent(finding -> members.put("earlier", finding.toJson()));
        members.put("lines", lines);
        members.put("legacyLines", legacyLines);
        front.ifPresent(link -> members.put("firstSeq", link.seq() + 1));
        previous.ifPresent(link -> members.put("lastSeq", link.seq()));
        head.ifPresent(link -> members.put("headSeq", link.seq()));
        if (torn) {
            members.put("torn", "the last line is incomplete after a crash; the next start of a server repairs that");
        }
        return members;
    }
}
