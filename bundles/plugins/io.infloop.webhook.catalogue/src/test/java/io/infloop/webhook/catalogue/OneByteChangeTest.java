package io.infloop.webhook.catalogue;

import static io.infloop.webhook.catalogue.Catalogue.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.signing.Verification.Rejected;
import io.infloop.spi.webhook.HttpHeaders.Header;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Any other byte at any place that counts, for every manifest. {@code -Dinfloop.tries} says how often. */
class OneByteChangeTest {
    @Property
    void anyOtherByteOfABodyIsRejected(
            @ForAll("senders") Sender sender,
            @ForAll @IntRange(min = 0, max = 1_000_000) int place,
            @ForAll @IntRange(min = 0, max = 255) int other) {
        Delivery delivery = sender.deliver(NOW);
        List<Integer> places = Changes.inBody(sender, delivery);
        Assume.that(!places.isEmpty());
        Delivery changed = Changes.body(delivery, places.get(place % places.size()), other);

        assertThat(Catalogue.verify(sender, changed, NOW)).isInstanceOf(Rejected.class);
    }

    @Property
    void anyOtherCharacterOfSignatureTimeOrIdIsRejected(
            @ForAll("senders") Sender sender,
            @ForAll @IntRange(min = 0, max = 1_000_000) int place,
            @ForAll @IntRange(min = ' ', max = '~') int other) {
        Delivery delivery = sender.deliver(NOW);
        List<Header> headers = sender.single(delivery);
        Assume.that(!headers.isEmpty());
        Header header = headers.get(place % headers.size());
        int at = place % header.value().length();
        Assume.that(!Changes.saysTheSame(header, at, other));
        Delivery changed = Changes.header(delivery, header, at, other);

        assertThat(Catalogue.verify(sender, changed, NOW)).isInstanceOf(Rejected.class);
    }

    @Provide
    Arbitrary<Sender> senders() {
        return Arbitraries.of(Catalogue.senders().toList());
    }
}
