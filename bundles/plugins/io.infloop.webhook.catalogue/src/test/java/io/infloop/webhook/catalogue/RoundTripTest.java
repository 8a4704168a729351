package io.infloop.webhook.catalogue;

import static io.infloop.webhook.catalogue.Catalogue.NOW;
import static io.infloop.webhook.catalogue.Catalogue.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.infloop.spi.signing.Verification.Accepted;
import io.infloop.spi.signing.Verification.Rejected;
import io.infloop.spi.webhook.HttpHeaders.Header;
import io.infloop.spi.webhook.WebhookSource;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a sender signs is accepted, and nothing else. The signers are our own: that senders really sign so, known answers show. */
class RoundTripTest {
    @Test
    void everyManifestHasASignerOfItsOwn() {
        assertThat(Catalogue.senders().map(Sender::id))
                .containsExactlyElementsOf(
                        Catalogue.sources().map(WebhookSource.Descriptor::id).toList());
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#senders")
    void theSchemeSupportsTheDeclaration(Sender sender) {
        assertThatCode(() -> Catalogue.scheme(sender.id())
                        .check(Catalogue.signature(sender.id()).settings()))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#senders")
    void whatTheSenderSignsIsAcceptedAndNamesTheSecret(Sender sender) {
        String secret = sender.credentials().get(0).entered();
        String other = sender.credentials().get(1).entered();
        Delivery delivery = sender.deliver(NOW);

        assertThat(verify(sender, delivery, NOW)).isEqualTo(new Accepted(secret));
        assertThat(verify(sender.id(), delivery, NOW, sender.config(), other, secret))
                .isEqualTo(new Accepted(secret));
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#senders")
    void anotherSecretIsRejected(Sender sender) {
        assertThat(verify(sender, sender.deliverAsAnother(NOW), NOW)).isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#senders")
    void oneChangedByteOfTheBodyIsRejected(Sender sender) {
        Delivery delivery = sender.deliver(NOW);
        for (int at : Changes.inBody(sender, delivery)) {
            assertThat(verify(sender, Changes.body(delivery, at, 'x'), NOW))
                    .as("byte %d of %s", at, delivery.text())
                    .isInstanceOf(Rejected.class);
        }
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#senders")
    void oneChangedByteOfSignatureTimeOrIdIsRejected(Sender sender) {
        Delivery delivery = sender.deliver(NOW);
        for (Header header : sender.single(delivery)) {
            for (int at = 0; at < header.value().length(); at++) {
                assertThat(verify(sender, Changes.header(delivery, header, at, 'x'), NOW))
                        .as("character %d of %s", at, header)
                        .isInstanceOf(Rejected.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#senders")
    void headersThatCountMustBeThereOnce(Sender sender) {
        Delivery delivery = sender.deliver(NOW);
        for (Header header : sender.single(delivery)) {
            assertThat(verify(sender, delivery.without(header.name()), NOW))
                    .as("without %s", header.name())
                    .isInstanceOf(Rejected.class);
            assertThat(verify(sender, delivery.header(header.name(), header.value()), NOW))
                    .as("%s twice", header.name())
                    .isInstanceOf(Rejected.class);
            assertThat(verify(sender, delivery.with(header.name(), header.value() + " "), NOW))
                    .as("%s with a space behind", header.name())
                    .isInstanceOf(Rejected.class);
            assertThat(verify(sender, delivery.with(header.name(), ""), NOW))
                    .as("%s empty", header.name())
                    .isInstanceOf(Rejected.class);
        }
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#sendersThatProveATime")
    void aDeliveryThatIsTooOldOrOfTheFutureIsRejected(Sender sender) {
        Duration past = sender.proof().past().orElseThrow();
        Duration future = sender.proof().future().orElseThrow();
        Delivery delivery = sender.deliver(NOW);
        Duration little = Duration.ofSeconds(2);
        Instant newest = NOW.minus(future);
        Instant oldest = NOW.plus(past);

        assertThat(verify(sender, delivery, oldest.minus(little))).isInstanceOf(Accepted.class);
        assertThat(verify(sender, delivery, oldest.plus(little))).isInstanceOf(Rejected.class);
        assertThat(verify(sender, delivery, newest.plus(little))).isInstanceOf(Accepted.class);
        assertThat(verify(sender, delivery, newest.minus(little))).isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#senders")
    void whereTheUrlIsSignedAnotherOneIsRejected(Sender sender) {
        Delivery delivery = sender.deliver(NOW);
        Delivery elsewhere = delivery.withUrl(Delivery.URL + "0");

        assertThat(Catalogue.scheme(sender.id())
                        .needsPublicUrl(Catalogue.signature(sender.id()).settings()))
                .isEqualTo(sender.proof().url());
        if (sender.proof().url()) {
            assertThat(verify(sender, elsewhere, NOW)).isInstanceOf(Rejected.class);
            assertThat(verify(sender, delivery.withQuery(delivery.query() + "&b=c"), NOW))
                    .isInstanceOf(Rejected.class);
        } else {
            assertThat(verify(sender, elsewhere, NOW)).isInstanceOf(Accepted.class);
        }
    }

    @ParameterizedTest
    @MethodSource("io.infloop.webhook.catalogue.Catalogue#senders")
    void anUnsignedRequestIsRejected(Sender sender) {
        Delivery unsigned = Delivery.post(BodySenders.JSON);

        assertThat(verify(sender, unsigned, NOW)).isInstanceOf(Rejected.class);
        assertThat(verify(sender, unsigned.withBody(new byte[0]), NOW)).isInstanceOf(Rejected.class);
    }
}
