package io.infloop.launcher.log;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Takes the secrets that core knows out of whatever is logged, stack traces of plugins included, and keeps each message recognisable
 * as one. Named in {@code logback.xml}.
 */
public final class RedactingEncoder extends PatternLayoutEncoder {
    private static volatile UnaryOperator<String> redaction = UnaryOperator.identity();

    /** From now on every message goes through {@code operator}. Before that no secret is known to anybody who logs. */
    public static void redactWith(UnaryOperator<String> operator) {
        redaction = operator;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        Charset charset = Optional.ofNullable(getCharset()).orElse(StandardCharsets.UTF_8);
        return OneMessage.of(redaction.apply(getLayout().doLayout(event))).getBytes(charset);
    }
}
