package io.infloop.example.provider.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.provider.OutputParser;
import io.infloop.testkit.spi.OutputParserContract;
import io.infloop.testkit.spi.RecordingSink;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesParserTest extends OutputParserContract {
    @Override
    protected OutputParser parser() {
        return new LinesParser();
    }

    @Override
    protected List<String> successfulRun() {
        return List.of("> reading\n", "Done.\n");
    }

    @Test
    void keepsTheAnswerAndTheDeedsApart() {
        RecordingSink sink = new RecordingSink();
        parse(sink, successfulRun());
        assertThat(sink.text()).isEqualTo("Done.\n");
        assertThat(sink.transcript()).isEqualTo("> reading\n");
    }
}
