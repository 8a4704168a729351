package io.infloop.spi.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.RequestTemplate.Values;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTemplateTest {
    private static final WebhookRequest REQUEST = new WebhookRequest(
            "POST",
            Optional.of(URI.create("https://hooks.example/t/1?mine=1#part")),
            "a=1%2F2&b=x+y",
            HttpHeaders.of(List.of(
                    new Header("Content-Type", "application/json"),
                    new Header("X-Id", "id-7"),
                    new Header("X-Twice", "1"),
                    new Header("x-twice", "2"))),
            "{\"amount\":500,\"name\":\"Grüße\",\"o\":{\"p\":true},\"none\":null}".getBytes(StandardCharsets.UTF_8),
            Instant.EPOCH);

    private static final Values VALUES = new Values() {
        @Override
        public WebhookRequest request() {
            return REQUEST;
        }

        @Override
        public Optional<byte[]> value(String name) {
            return name.equals("timestamp")
                    ? Optional.of("1700000000".getBytes(StandardCharsets.UTF_8))
                    : name.equals("secret") ? Optional.of("key".getBytes(StandardCharsets.UTF_8)) : Optional.empty();
        }

        @Override
        public Optional<String> config(String name) {
            return Optional.ofNullable(Map.of("appKey", "k-1").get(name));
        }
    };

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\u0001',
            textBlock =
                    """
                    {timestamp}.{body:/amount} ; 1700000000.500
                    v0:{timestamp}:{method} ; v0:1700000000:POST
                    {url} ; https://hooks.example/t/1?a=1%2F2&b=x+y
                    {url|withPort} ; https://hooks.example:443/t/1?a=1%2F2&b=x+y
                    {url|withPort|withoutPort} ; https://hooks.example/t/1?a=1%2F2&b=x+y
                    {url|urldecode} ; https://hooks.example/t/1?a=1/2&b=x+y
                    {url|hubspotUrlDecode} ; https://hooks.example/t/1?a=1/2&b=x+y
                    {query:a}-{query:b} ; 1/2-x y
                    {header:X-ID|lower} ; id-7
                    {config:appKey} ; k-1
                    {body:/o/p}{body:/name} ; trueGrüße
                    {{literal}} and {header:x-id} ; {literal} and id-7
                    {header:x-id|sha1|hex} ; b7381a0056fa7d4f800ce2b901361ecfea58aa31
                    {header:x-id|sha256|base64} ; xxLzHT7KeIv88tqbur+SceaOOpXnmgeyLRc1SelFQVo=
                    {header:x-id|sha512|base64url} ; xv-hnEBWEMwWTH09QoqyAjpnLM4mC1F6vHz15VeztzOuNXhiEYZt3aGv48NACSn7IRXcGcads4JQkdvOWQCORQ
                    {header:x-id|crc32dec} ; 2955148169
                    {header:x-id|hmac-sha256|hex} ; ee1796378b4c1576a0d08cd2a911f15f983715b68338c5c41627e93262cb651a
                    {header:x-id|hmac-sha1|base64} ; DTvJ9cuQIXX+LpOIPBqBXjyU0pE=
                    no places ; no places
                    """)
    void placesAreFilledIn(String template, String expected) {
        assertThat(RequestTemplate.compile(template).renderText(VALUES)).contains(expected);
        assertThat(RequestTemplate.compile(template)).hasToString(template);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{unknown}",
                "{header:x-none}",
                "{header:x-twice}",
                "{query:none}",
                "{body:/none}",
                "{body:/o}",
                "{config:other}",
                "{item:/a}",
                "{form:a}",
                "{form.sortedConcat}"
            })
    void nothingIsRenderedWhenAPlaceIsMissing(String template) {
        assertThat(RequestTemplate.compile("a" + template).render(VALUES)).isEmpty();
    }

    @Test
    void aMissingPlaceIsEmptyWhereTheSenderSignsItSo() {
        Values lenient = new Values() {
            @Override
            public WebhookRequest request() {
                return REQUEST;
            }

            @Override
            public boolean missingIsEmpty() {
                return true;
            }
        };
        assertThat(RequestTemplate.compile("{body:/none}:{body:/x}:{body:/amount}")
                        .renderText(lenient))
                .contains("::500");
    }

    /** Who sends a repeated header or an object in place of a text must not blank out what is signed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{header:x-twice}",
                "{body:/o}",
                "{form:a}",
                "{form.sortedConcat}",
                "{header:x-id|hmac-sha256}",
                "{item:/a}"
            })
    void whatIsThereButCannotBeUsedIsNeverEmpty(String template) {
        assertThat(RequestTemplate.compile(template + "{header:x-none}").render(lenient(REQUEST)))
                .isEmpty();
        assertThat(RequestTemplate.compile("{header:x-none}").renderText(lenient(REQUEST)))
                .contains("");
    }

    @Test
    void aBodyThatIsNotJsonAndAQueryThatIsNotReadHaveNoEmptyPlaces() {
        WebhookRequest text = REQUEST.withBody("no JSON".getBytes(StandardCharsets.UTF_8));
        assertThat(RequestTemplate.compile("{body:/a}:{body:/b}").render(lenient(text)))
                .isEmpty();
        WebhookRequest crowded = REQUEST.withRawQuery("a=1&".repeat(FormFields.MAX_FIELDS + 1));
        assertThat(RequestTemplate.compile("{query:b}").render(lenient(crowded)))
                .isEmpty();
        assertThat(RequestCondition.builder()
                        .queryAbsent(java.util.Set.of("b"))
                        .build()
                        .matches(crowded))
                .isFalse();
    }

    private static Values lenient(WebhookRequest request) {
        return new Values() {
            @Override
            public WebhookRequest request() {
                return request;
            }

            @Override
            public boolean missingIsEmpty() {
                return true;
            }
        };
    }

    /** The text is short in the end; what is made on the way to it is what costs. */
    @ParameterizedTest
    @ValueSource(strings = {"{body|hex|hex|hex|hex|sha256}", "{body|base64|lower|hex|lower|sha256}"})
    void whatFiltersMakeIsBounded(String template) {
        byte[] small = new byte[1_000];
        byte[] large = new byte[RequestTemplate.MAX_RENDERED / 16];
        RequestTemplate compiled = RequestTemplate.compile(template);
        assertThat(compiled.render(Values.of(REQUEST.withBody(small)))).isPresent();
        assertThat(compiled.render(Values.of(REQUEST.withBody(large)))).isEmpty();
        assertThat(compiled.render(lenient(REQUEST.withBody(large)))).isEmpty();
    }

    @Test
    void whatFiltersReadIsBoundedOverAllPlaces() {
        String document = "{\"a\":\"" + "x".repeat(RequestTemplate.MAX_RENDERED / 16) + "\"}";
        WebhookRequest request = REQUEST.withBody(document.getBytes(StandardCharsets.UTF_8));
        assertThat(RequestTemplate.compile("{body:/a|sha256}".repeat(4)).render(Values.of(request)))
                .isPresent();
        assertThat(RequestTemplate.compile("{body:/a|sha256}".repeat(20)).render(Values.of(request)))
                .isEmpty();
    }

    /** The files of a body of several parts are no fields, so that a signature over the fields says nothing of them. */
    @Test
    void aFormOfSeveralPartsIsNotJoined() {
        String body = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--";
        WebhookRequest parts = REQUEST.withHeaders(
                        HttpHeaders.of(Map.of("Content-Type", "multipart/form-data; boundary=b")))
                .withBody(body.getBytes(StandardCharsets.UTF_8));
        assertThat(parts.form().all("a")).containsExactly("1");
        assertThat(RequestTemplate.compile("{form.sortedConcat}").render(Values.of(parts)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "a}",
                "{}",
                "{body",
                "{body:}",
                "{body:amount}",
                "{body:/a~2}",
                "{cookie:a}",
                "{body|md5}",
                "{body|}",
                "{a b}",
                "{header:}",
                "{body}{body}{body}",
                "{body|hex|hex|hex|hex|hex|hex|hex}"
            })
    void whatIsNoTemplateIsRefused(String template) {
        assertThatIllegalArgumentException().isThrownBy(() -> RequestTemplate.compile(template));
    }

    @Test
    void lengthAndPlacesAreBounded() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RequestTemplate.compile("x".repeat(RequestTemplate.MAX_LENGTH + 1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RequestTemplate.compile("{url}".repeat(RequestTemplate.MAX_PLACES + 1)));
    }

    @Test
    void theBodyIsTakenByteForByte() {
        byte[] body = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, (byte) 0xFF, 0, '\r', '\n'};
        WebhookRequest request = REQUEST.withBody(body);
        assertThat(RequestTemplate.compile("{body}").render(Values.of(request)).orElseThrow())
                .isEqualTo(body);
        assertThat(RequestTemplate.compile("{body}").isBody()).isTrue();
        assertThat(RequestTemplate.compile("{body|sha256}").isBody()).isFalse();
    }

    @Test
    void formFieldsAreOrderedAndJoinedAndEqualOnesCountOnce() {
        WebhookRequest form = REQUEST.withHeaders(
                        HttpHeaders.of(Map.of("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")))
                .withBody("To=%2B1+2&B=2&a=1&B=1&B=2&Empty=".getBytes(StandardCharsets.UTF_8));
        assertThat(RequestTemplate.compile("{form.sortedConcat}").renderText(Values.of(form)))
                .contains("B1B2EmptyTo+1 2a1");
        assertThat(RequestTemplate.compile("{form:To}").renderText(Values.of(form)))
                .contains("+1 2");
        assertThat(RequestTemplate.compile("{form:B}").renderText(Values.of(form)))
                .isEmpty();
    }

    @Test
    void itTellsWhatItReads() {
        RequestTemplate template =
                RequestTemplate.compile("{id}{timestamp}{config:k}{url}{header:x}{query:q|hmac-sha256}");
        assertThat(template.names()).containsExactly("id", "secret", "timestamp");
        assertThat(template.configNames()).containsExactly("k");
        assertThat(template.hasUrl()).isTrue();
        assertThat(template.hasBody()).isFalse();
        assertThat(template.locations()).containsExactly(ValueLocation.header("x"), ValueLocation.query("q"));
        assertThat(RequestTemplate.fixed("{a}").renderText(VALUES)).contains("{a}");
    }

    @Test
    void theQueryOfTheRequestStandsInTheUrlWhateverWasConfigured() {
        assertThat(RequestTemplate.compile("{url}").renderText(Values.of(REQUEST.withRawQuery(""))))
                .contains("https://hooks.example/t/1");
    }
}
