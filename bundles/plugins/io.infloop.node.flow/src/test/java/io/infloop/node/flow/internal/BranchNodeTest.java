package io.infloop.node.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeOutcome.Follow;
import io.infloop.spi.node.NodeType;
import io.infloop.testkit.spi.FakeNodeContext;
import io.infloop.testkit.spi.ManualCancellation;
import io.infloop.testkit.spi.NodeTypeContract;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BranchNodeTest extends NodeTypeContract {
    @Override
    protected NodeType nodeType() {
        return new BranchNode();
    }

    @Override
    protected List<FakeNodeContext> workingContexts() {
        return List.of(context("a", "==", "a"), context("a", "matches", "b"));
    }

    @ParameterizedTest
    @CsvSource({
        "a, ==, a, true",
        "a, ==, A, false",
        "'', ==, '', true",
        "a, !=, b, true",
        "a, !=, a, false",
        "abc, contains, b, true",
        "abc, contains, '', true",
        "abc, contains, B, false",
        "abc, matches, b, true",
        "abc, matches, ^b, false",
        "abc, matches, '', true",
        "'pull/7', matches, '^pull/[0-9]+$', true",
    })
    void compares(String lhs, String op, String rhs, boolean expected) {
        Follow outcome = execute(context(lhs, op, rhs));
        assertThat(outcome.handle()).isEqualTo(String.valueOf(expected));
        assertThat(outcome.outputs())
                .isEqualTo(JsonObject.builder()
                        .put("result", expected)
                        .put("lhs", lhs)
                        .put("rhs", rhs)
                        .put("op", op)
                        .build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"lhs\":\"a\",\"op\":\"==\"}",
                "{\"lhs\":1,\"op\":\"==\",\"rhs\":\"1\"}",
                "{\"lhs\":\"a\",\"op\":\"=\",\"rhs\":\"a\"}"
            })
    void answersAnInvalidConfigurationAtError(String config) {
        Follow outcome = execute(FakeNodeContext.of(config));
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().asMap())
                .containsEntry("error", "invalid branch config")
                .containsEntry("errorMessage", "invalid branch config")
                .containsEntry("detail", "lhs and rhs must be texts, op one of == != contains matches")
                .hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "(?=a)", "a\\1", "a{1001}", "((a{1000}){1000}){1000}", "\\Q[\\E((a{1000}){1000})]"})
    void answersAPatternItCannotSearchAtError(String pattern) {
        Follow outcome = execute(context("a", "matches", pattern));
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().string("error").orElseThrow()).startsWith("invalid regex: ");
        assertThat(outcome.outputs().get("lhs")).isEqualTo("a");
    }

    @Test
    void searchesHostileTextInLinearTime() {
        assertThat(execute(context("a".repeat(200_000) + "!", "matches", "^(a+)+$"))
                        .handle())
                .isEqualTo("false");
    }

    @Test
    void searchesWithADeeplyNestedPattern() {
        String pattern = "(".repeat(900) + "a" + ")*".repeat(500) + ")".repeat(400);
        assertThat(execute(context("b", "matches", pattern)).handle()).isIn("true", "error");
    }

    @Test
    void stopsSearchingWhenCancelled() {
        ManualCancellation cancellation = new ManualCancellation();
        cancellation.cancel();
        FakeNodeContext context = FakeNodeContext.builder()
                .config(context("ab".repeat(200_000), "matches", "(a|b)*c").config())
                .cancellation(cancellation)
                .build();
        assertThat(execute(context).outputs().get("error")).isEqualTo("aborted");
    }

    private static FakeNodeContext context(String lhs, String op, String rhs) {
        return FakeNodeContext.builder()
                .config(JsonObject.builder()
                        .put("lhs", lhs)
                        .put("op", op)
                        .put("rhs", rhs)
                        .build())
                .build();
    }

    private static Follow execute(FakeNodeContext context) {
        NodeOutcome outcome = new BranchNode().execute(context);
        return (Follow) outcome;
    }
}
