package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.internal.egress.EgressException;
import io.infloop.core.internal.egress.EgressGateway;
import io.infloop.core.internal.egress.EgressListener;
import io.infloop.core.internal.egress.EgressOwner;
import io.infloop.core.internal.egress.EgressPolicy;
import io.infloop.core.internal.egress.EgressSession;
import io.infloop.core.internal.process.EgressRules.Enforcement;
import io.infloop.core.process.ProcessOwner;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SpawnException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EgressRulesTest {
    private static final ProcessOwner OWNER = new ProcessOwner(
            "p", Optional.empty(), Optional.empty(), Optional.empty(), Cancellation.NEVER, Optional.empty());

    private final List<String> notices = new ArrayList<>();
    private final List<EgressPolicy> opened = new ArrayList<>();
    private final Map<String, String> variables =
            new HashMap<>(Map.of("NO_PROXY", "*", "HTTPS_PROXY", "http://corporate.example", "PATH", "/bin"));

    @Test
    void offLeavesChildrenAsTheyAre() throws Exception {
        assertThat(open(Enforcement.OFF, declared())).isEmpty();
        assertThat(variables).containsEntry("NO_PROXY", "*");
        assertThat(notices).isEmpty();
    }

    @Test
    void declaredListsAreEnforcedAndTheirAbsenceIsSaid() throws Exception {
        assertThat(open(Enforcement.DECLARED, ProcessSpec.builder(List.of("x"))))
                .isEmpty();
        assertThat(notices).singleElement().satisfies(line -> assertThat(line).startsWith("[egress] not enforced"));

        assertThat(open(Enforcement.DECLARED, declared())).isPresent();
        assertThat(opened).hasSize(1);
        assertThat(opened.get(0).listed()).hasSize(1);
        assertThat(variables)
                .containsKeys("HTTP_PROXY", "http_proxy", "https_proxy")
                .doesNotContainKeys("NO_PROXY")
                .hasEntrySatisfying("HTTPS_PROXY", proxy -> assertThat(proxy).contains("@127.0.0.1:1"));
    }

    @Test
    void anEmptyListIsAListOfNothing() throws Exception {
        assertThat(open(Enforcement.DECLARED, ProcessSpec.builder(List.of("x")).egressAllowlist(List.of())))
                .isPresent();
        assertThat(opened.get(0).listed()).isEmpty();
        assertThat(opened.get(0).anyPublicHost()).isFalse();
    }

    @Test
    void whatTheNodeDeclaresIsAddedToTheManifest() throws Exception {
        assertThat(open(Enforcement.DECLARED, declared(), ofNode(List.of("*.node.example"))))
                .isPresent();
        assertThat(open(Enforcement.DECLARED, ProcessSpec.builder(List.of("x")), ofNode(List.of("*.node.example"))))
                .isPresent();
        assertThat(opened.get(0).listed()).hasSize(2);
        assertThat(opened.get(1).listed()).hasSize(1);
        assertThat(notices).isEmpty();
    }

    @Test
    void aListOfANodeThatIsNoneIsRefusedAlsoWhereItIsNotEnforced() {
        assertThatThrownBy(() -> open(
                        Enforcement.OFF, ProcessSpec.builder(List.of("x")), ofNode(List.of("https://node.example"))))
                .isInstanceOfSatisfying(SpawnException.class, refused -> assertThat(refused.isRefusal())
                        .isTrue())
                .hasMessageContaining("egressAllowlist of the node");
    }

    @Test
    void strictAllowsNothingToWhoDeclaresNothing() throws Exception {
        assertThat(open(Enforcement.STRICT, ProcessSpec.builder(List.of("x")))).isPresent();
        assertThat(opened).containsExactly(EgressPolicy.NOTHING);
        assertThat(notices).singleElement().satisfies(line -> assertThat(line).contains("no host is allowed"));
    }

    @Test
    void withoutItsProxyAChildIsNotStarted() {
        EgressGateway broken = new Gateway() {
            @Override
            public EgressSession open(EgressPolicy policy, EgressOwner owner, EgressListener listener)
                    throws EgressException {
                throw new EgressException("no port is free");
            }
        };
        assertThatThrownBy(() -> new EgressRules(broken, Enforcement.DECLARED)
                        .open(declared().build(), OWNER, Optional.empty(), variables, Runnable::run))
                .isInstanceOfSatisfying(SpawnException.class, refused -> assertThat(refused.isRefusal())
                        .isTrue())
                .hasMessage("egress proxy failed to start: no port is free");
        assertThatThrownBy(() -> open(
                        Enforcement.DECLARED, ProcessSpec.builder(List.of("x")).egressAllowlist(List.of("a:b:c d"))))
                .hasMessageStartingWith("egress proxy failed to start: ");
    }

    private static ProcessSpec.Builder declared() {
        return ProcessSpec.builder(List.of("x")).egressAllowlist(List.of("api.acme.example"));
    }

    private static ProcessOwner ofNode(List<String> hosts) {
        return new ProcessOwner(
                "p",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Cancellation.NEVER,
                Optional.empty(),
                SandboxDemand.NONE,
                Optional.of(hosts));
    }

    private Optional<EgressSession> open(Enforcement enforcement, ProcessSpec.Builder spec) throws SpawnException {
        return open(enforcement, spec, OWNER);
    }

    private Optional<EgressSession> open(Enforcement enforcement, ProcessSpec.Builder spec, ProcessOwner owner)
            throws SpawnException {
        return new EgressRules(new Gateway(), enforcement)
                .open(spec.notices(notices::add).build(), owner, Optional.empty(), variables, Runnable::run);
    }

    private class Gateway implements EgressGateway {
        @Override
        public EgressSession open(EgressPolicy policy, EgressOwner owner, EgressListener listener)
                throws EgressException {
            opened.add(policy);
            return new Session();
        }

        @Override
        public long denied() {
            return 0;
        }

        @Override
        public int connections() {
            return 0;
        }
    }

    private static final class Session implements EgressSession {
        @Override
        public URI listenOnLoopback() {
            return URI.create("http://u:p@127.0.0.1:1");
        }

        @Override
        public Path listenOnSocket(Path directory) {
            return directory;
        }

        @Override
        public String selfTestNonce() {
            return "nonce";
        }

        @Override
        public String credential() {
            return "credential";
        }

        @Override
        public long denied() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
