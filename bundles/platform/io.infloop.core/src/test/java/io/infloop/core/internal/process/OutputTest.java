package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.process.CapturedOutput;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 4096})
    void linesAreWholeHoweverTheyArrive(int step) {
        List<String> lines = split("eins\nzwei ü€😀\r\n\n\u2028drei\nende", step, 1000);

        assertThat(lines).containsExactly("eins\n", "zwei ü€😀\r\n", "\n", "\u2028drei\n", "ende");
    }

    @Test
    void tooLongLinesArriveInPiecesOfWholeCharacters() {
        List<String> lines = split("a€€€€\nb", 5, 5);

        assertThat(String.join("", lines)).isEqualTo("a€€€€\nb");
        assertThat(lines).allSatisfy(piece -> {
            assertThat(piece).doesNotContain("\ufffd");
            assertThat(piece.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(5);
        });
    }

    @Test
    void shortOutputIsKeptAsItIs() {
        assertThat(capture("hällo", 100, 3)).isEqualTo(new CapturedOutput("hällo", 6, false));
        assertThat(capture("", 100, 3)).isEqualTo(CapturedOutput.EMPTY);
        assertThat(capture("12345678", 8, 3)).isEqualTo(new CapturedOutput("12345678", 8, false));
    }

    @Test
    void longOutputKeepsHeadAndTail() {
        CapturedOutput output = capture("0123456789abcdefghij", 8, 3);

        assertThat(output.text()).isEqualTo("0123\n[… 12 bytes left out …]\nghij");
        assertThat(output.totalBytes()).isEqualTo(20);
        assertThat(output.truncated()).isTrue();
    }

    @Test
    void allOutputsTogetherAreBounded() {
        CaptureBudget budget = new CaptureBudget(200_000);
        byte[] text = "0123456789".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        List<OutputCapture> captures = new ArrayList<>();
        for (int index = 0; index < 5; index++) {
            OutputCapture capture = new OutputCapture(8 * 1024 * 1024, budget);
            captures.add(capture);
            for (int from = 0; from < text.length; from += 10_000) {
                capture.add(Arrays.copyOfRange(text, from, from + 10_000), 10_000);
            }
            CapturedOutput output = capture.result();
            assertThat(output.truncated()).isTrue();
            assertThat(output.totalBytes()).isEqualTo(text.length);
            assertThat(output.text())
                    .startsWith("0123456789")
                    .contains("bytes left out")
                    .endsWith("0123456789")
                    .hasSizeBetween(2 * OutputCapture.FREE, 200_000 + 2 * OutputCapture.FREE + 100);
        }
        assertThat(budget.left()).isBetween(0L, 199_999L);
        captures.forEach(OutputCapture::close);
        captures.forEach(OutputCapture::close);
        assertThat(budget.left()).isEqualTo(200_000);
        captures.get(0).add(text, 10);
        assertThat(budget.left()).isEqualTo(200_000);
    }

    @Test
    void headAndTailAreRightWhereverTheBudgetEnds() {
        byte[] text = new byte[200_000];
        new Random(7).ints(text.length, 'a', 'z').forEach(new java.util.function.IntConsumer() {
            private int next;

            @Override
            public void accept(int letter) {
                text[next++] = (byte) letter;
            }
        });
        String whole = new String(text, StandardCharsets.US_ASCII);
        for (int limit = 0; limit < 150_000; limit += 7_777) {
            OutputCapture capture = new OutputCapture(150_000, new CaptureBudget(limit));
            for (int from = 0; from < text.length; from += 999) {
                byte[] part = Arrays.copyOfRange(text, from, Math.min(text.length, from + 999));
                capture.add(part, part.length);
            }
            String[] parts = capture.result().text().split("\n\\[… [0-9]+ bytes left out …]\n", -1);
            assertThat(parts).hasSize(2);
            assertThat(whole).startsWith(parts[0]).endsWith(parts[1]);
            assertThat(parts[0].length()).isGreaterThanOrEqualTo(OutputCapture.FREE);
            assertThat(parts[1].length()).isGreaterThanOrEqualTo(OutputCapture.FREE);
        }
    }

    @Test
    void charactersAtTheSeamAreLeftOutWhole() {
        CapturedOutput output = capture("a€€€€€€€€b", 8, 1);

        assertThat(output.text()).doesNotContain("\ufffd").startsWith("a€").endsWith("b");
    }

    @Test
    void headAndTailAreRightForAllSizes() {
        Random random = new Random(42);
        for (int round = 0; round < 300; round++) {
            int size = random.nextInt(300);
            int cap = random.nextInt(100);
            StringBuilder text = new StringBuilder();
            for (int index = 0; index < size; index++) {
                text.append((char) ('a' + random.nextInt(26)));
            }
            CapturedOutput output = capture(text.toString(), cap, 1 + random.nextInt(64));
            if (size <= cap) {
                assertThat(output.text()).isEqualTo(text.toString());
            } else {
                assertThat(output.text())
                        .isEqualTo(text.substring(0, cap - cap / 2) + "\n[… " + (size - cap) + " bytes left out …]\n"
                                + text.substring(size - cap / 2));
            }
            assertThat(output.totalBytes()).isEqualTo(size);
        }
    }

    @Test
    void aFailingConsumerDoesNotStopTheReading() {
        byte[] bytes = "1\n2\n3\n".getBytes(StandardCharsets.UTF_8);
        List<String> seen = new ArrayList<>();
        OutputPump pump =
                new OutputPump(new ByteArrayInputStream(bytes), new OutputCapture(100, new CaptureBudget(0)), line -> {
                    seen.add(line);
                    throw new IllegalStateException("consumer");
                });
        pump.run();

        assertThat(seen).containsExactly("1\n");
        assertThat(pump.captured().text()).isEqualTo("1\n2\n3\n");
    }

    private static CapturedOutput capture(String text, int cap, int step) {
        OutputCapture capture = new OutputCapture(cap, new CaptureBudget(Long.MAX_VALUE));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += step) {
            byte[] part = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + step));
            capture.add(part, part.length);
        }
        return capture.result();
    }

    private static List<String> split(String text, int step, int maxLine) {
        List<String> lines = new ArrayList<>();
        LineSplitter splitter = new LineSplitter(maxLine, lines::add);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += step) {
            byte[] part = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + step));
            splitter.add(part, part.length);
        }
        splitter.finish();
        return lines;
    }
}
