package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.id.Ids;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IngressAuditTest {
    @Test
    void detailsAreOneShortLine() {
        String clean = "mismatch: the signature does not fit";
        assertThat(IngressAudit.oneLine(clean)).isSameAs(clean);
        assertThat(IngressAudit.oneLine("a\r\nb\u0000\u007fé")).isEqualTo("a  b  é");
        assertThat(IngressAudit.oneLine("x".repeat(400))).isEqualTo("x".repeat(300) + "…");
        assertThat(IngressAudit.oneLine("\n".repeat(400))).isEqualTo(" ".repeat(300) + "…");
    }

    @Test
    void correlationIdsDoNotRepeat() {
        CorrelationIds ids = new CorrelationIds();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String id = ids.next();
            assertThat(Ids.isCorrelationId(id)).isTrue();
            assertThat(seen.add(id)).isTrue();
        }
    }
}
