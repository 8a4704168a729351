package io.infloop.core.internal.process;

import io.infloop.spi.process.CapturedOutput;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keeps the head and the tail of an output within a cap, and within what all outputs together may take: when that is used up the cap
 * is what is held already. Not thread-safe.
 */
final class OutputCapture implements AutoCloseable {
    /** What head and tail may hold each in any case. */
    static final int FREE = 32 * 1024;

    private final CaptureBudget budget;
    private final Segment head;
    private int tailCap;
    private boolean closed;
    private byte[] tail = new byte[0];
    private long tailBytes;
    private long total;

    OutputCapture(int cap, CaptureBudget budget) {
        this.budget = budget;
        int headCap = Math.max(0, cap) - Math.max(0, cap) / 2;
        this.head = new Segment(headCap, budget);
        this.tailCap = Math.max(0, cap) / 2;
    }

    void add(byte[] bytes, int length) {
        if (closed) {
            return;
        }
        total += length;
        int taken = head.add(bytes, length);
        addToTail(bytes, taken, length);
    }

    private void addToTail(byte[] bytes, int from, int to) {
        int needed = (int) Math.min(tailCap, tailBytes + to - from);
        if (tail.length < needed) {
            grow(needed);
        }
        int offset = Math.max(from, to - tailCap);
        tailBytes += offset - from;
        if (tailCap == 0) {
            return;
        }
        for (int index = offset; index < to; index++) {
            tail[(int) (tailBytes % tail.length)] = bytes[index];
            tailBytes++;
        }
    }

    /** Up to the cap nothing has wrapped around yet, so a copy keeps every place; the last step jumps to the cap. */
    private void grow(int needed) {
        int doubled = (int) Math.min(tailCap, Math.max(needed, tail.length * 2L));
        int granted = granted(budget, tail.length, doubled);
        if (granted < doubled) {
            tailCap = granted;
        }
        tail = Arrays.copyOf(tail, granted);
    }

    /** The new size: the wanted one, or what needs no grant. */
    private static int granted(CaptureBudget budget, int size, int wanted) {
        return budget.take(charged(wanted) - charged(size)) ? wanted : Math.max(size, Math.min(wanted, FREE));
    }

    private static long charged(int size) {
        return Math.max(0, size - FREE);
    }

    /** Gives the memory back; nothing is kept or taken any more. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            budget.giveBack(charged(head.bytes.length) + charged(tail.length));
            head.bytes = new byte[0];
            head.size = 0;
            tail = new byte[0];
        }
    }

    CapturedOutput result() {
        byte[] first = head.bytes();
        byte[] last = tailInOrder();
        long left = total - first.length - last.length;
        if (left == 0) {
            byte[] joined = Arrays.copyOf(first, first.length + last.length);
            System.arraycopy(last, 0, joined, first.length, last.length);
            return new CapturedOutput(new String(joined, StandardCharsets.UTF_8), total, false);
        }
        int firstEnd = first.length - Utf8.incompleteAtEnd(first, first.length);
        int lastStart = Utf8.continuationAtStart(last);
        left += first.length - firstEnd + lastStart;
        String mark = "\n[… " + left + " bytes left out …]\n";
        return new CapturedOutput(
                new String(first, 0, firstEnd, StandardCharsets.UTF_8)
                        + mark
                        + new String(last, lastStart, last.length - lastStart, StandardCharsets.UTF_8),
                total,
                true);
    }

    private byte[] tailInOrder() {
        if (tailCap == 0 || tailBytes == 0) {
            return new byte[0];
        }
        // What was skipped counts in tailBytes but was never stored; it only ever precedes a full tail.
        int kept = (int) Math.min(tail.length, tailBytes);
        byte[] ordered = new byte[kept];
        for (int index = 0; index < kept; index++) {
            ordered[index] = tail[(int) ((tailBytes - kept + index) % tail.length)];
        }
        return ordered;
    }

    /** Bytes up to a cap. */
    private static final class Segment {
        private final CaptureBudget budget;
        private int cap;
        private byte[] bytes = new byte[0];
        private int size;

        Segment(int cap, CaptureBudget budget) {
            this.budget = budget;
            this.cap = cap;
        }

        int add(byte[] source, int length) {
            int taken = Math.min(length, cap - size);
            if (size + taken > bytes.length) {
                int doubled = (int) Math.min(cap, Math.max(size + taken, bytes.length * 2L));
                int granted = granted(budget, bytes.length, doubled);
                if (granted < doubled) {
                    cap = granted;
                    taken = Math.min(taken, cap - size);
                }
                bytes = Arrays.copyOf(bytes, granted);
            }
            System.arraycopy(source, 0, bytes, size, taken);
            size += taken;
            return taken;
        }

        byte[] bytes() {
            return Arrays.copyOf(bytes, size);
        }
    }
}
