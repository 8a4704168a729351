package io.infloop.testkit.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.provider.OutputParser;
import io.infloop.spi.provider.OutputParser.Parsed;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every output parser must do. */
public abstract class OutputParserContract {
    protected abstract OutputParser parser();

    /** The lines, newlines included, of a run that went well. */
    protected abstract List<String> successfulRun();

    @Test
    void hasAValidId() {
        assertThat(parser().id()).matches("[a-z][a-z0-9_-]{0,63}");
    }

    @Test
    void understandsASuccessfulRun() {
        RecordingSink sink = new RecordingSink();
        Parsed parsed = parse(sink, successfulRun());
        assertThat(parsed.failure()).isEmpty();
        assertThat(parsed.outcomeSeen()).isEqualTo(parsed.reportsOutcome());
        assertThat(parsed.text().orElse(sink.text())).isNotBlank();
    }

    @Test
    void endsWithoutASingleLine() {
        Parsed parsed = parser().open(new RecordingSink()).finish();
        assertThat(parsed.outcomeSeen()).isFalse();
    }

    @Test
    void passesOnWhatItDoesNotUnderstand() {
        for (String line : List.of(
                "Warning: something the format does not know\n",
                "no newline",
                "{\"half\": \n",
                "[]\n",
                "{\"type\":null}\n",
                "{\"type\":[1],\"message\":7,\"event\":\"x\"}\n",
                "\u0000\uFFFD\u2028\n",
                "{".repeat(5000) + "\n")) {
            RecordingSink sink = new RecordingSink();
            Parsed parsed = parse(sink, List.of(line));
            assertThat(parsed).isNotNull();
            if (!line.startsWith("{\"type\"")) {
                assertThat(sink.text() + sink.transcript()).as(line).isNotEmpty();
            }
        }
    }

    @Test
    void keepsTheStateOfRunsApart() {
        RecordingSink quiet = new RecordingSink();
        OutputParser.Session first = parser().open(quiet);
        RecordingSink busy = new RecordingSink();
        Parsed parsed = parse(busy, successfulRun());
        Parsed nothing = first.finish();
        assertThat(nothing.outcomeSeen()).isFalse();
        assertThat(quiet.text()).isEmpty();
        assertThat(parsed.text().orElse(busy.text())).isNotBlank();
    }

    @Test
    void survivesARunThatIsCutAnywhere() {
        List<String> lines = successfulRun();
        for (int end = 0; end < lines.size(); end++) {
            List<String> cut = lines.subList(0, end);
            Parsed parsed = parse(new RecordingSink(), cut);
            assertThat(parsed).isNotNull();
        }
    }

    protected final Parsed parse(RecordingSink sink, List<String> lines) {
        OutputParser.Session session = parser().open(sink);
        lines.forEach(session::line);
        return session.finish();
    }
}
