package io.infloop.provider.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.provider.OutputParser;
import io.infloop.testkit.spi.OutputParserContract;
import io.infloop.testkit.spi.RecordingSink;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlainParserTest extends OutputParserContract {
    @Override
    protected OutputParser parser() {
        return new PlainParser();
    }

    @Override
    protected List<String> successfulRun() {
        return List.of("Done.\n", "\n", "Bye");
    }

    @Test
    void keepsEveryLineEmptyOnesToo() {
        RecordingSink sink = new RecordingSink();
        OutputParser.Parsed parsed = parse(sink, successfulRun());
        assertThat(sink.text()).isEqualTo("Done.\n\nBye");
        assertThat(parsed.text()).isEmpty();
        assertThat(parsed.reportsOutcome()).isFalse();
    }
}
