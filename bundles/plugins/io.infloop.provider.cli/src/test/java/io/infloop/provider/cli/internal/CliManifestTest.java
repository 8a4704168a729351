package io.infloop.provider.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.infloop.spi.json.Json;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.provider.ManifestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CliManifestTest {
    @Test
    void readsTheSmallestManifest() throws Exception {
        CliManifest manifest =
                CliManifest.read(Json.parseObject("{\"bin\":\"acme\",\"args\":[],\"outputFormat\":\"plain\"}"));
        assertThat(manifest.promptVia()).isEqualTo(PromptVia.ARG);
        assertThat(manifest.envPassthrough()).isEmpty();
        assertThat(manifest.environment()).isEmpty();
        assertThat(manifest.dangerousArgs()).isEmpty();
        assertThat(manifest.egressAllowlist()).isEmpty();
        assertThat(manifest.sandbox()).isEqualTo(SandboxDemand.NONE);
        assertThat(manifest.interruptFirst()).isFalse();
    }

    @Test
    void readsEveryField() throws Exception {
        CliManifest manifest = CliManifest.read(
                Json.parseObject(
                        "{\"bin\":\"acme\",\"args\":[\"run\",\"--as\",\"{agent}\"],\"outputFormat\":\"plain\",\"promptVia\":\"stdin\","
                                + "\"envPassthrough\":[\"ACME_*\",\"KEY\"],\"env\":{\"QUIET\":\"1\"},\"dangerousArgs\":[\"--yes\"],"
                                + "\"egressAllowlist\":[\"API.acme.dev\",\"*.acme.dev\",\"10.0.0.1\",\"::1\"],"
                                + "\"sandbox\":\"jail\",\"sandboxRequired\":\"namespace\","
                                + "\"credentialFiles\":[\".acme/auth.json\"],\"interruptFirst\":true,\"id\":\"acme\",\"kind\":\"provider\",\"judgeArgs\":[]}"));
        assertThat(manifest.args()).containsExactly("run", "--as", "{agent}");
        assertThat(manifest.promptVia()).isEqualTo(PromptVia.STDIN);
        assertThat(manifest.envPassthrough()).containsExactly("ACME_*", "KEY");
        assertThat(manifest.environment()).containsEntry("QUIET", "1");
        assertThat(manifest.dangerousArgs()).containsExactly("--yes");
        assertThat(manifest.egressAllowlist()).hasValueSatisfying(hosts -> assertThat(hosts)
                .containsExactly("api.acme.dev", "*.acme.dev", "10.0.0.1", "::1"));
        assertThat(manifest.sandbox()).isEqualTo(new SandboxDemand(SandboxLevel.JAIL, SandboxLevel.NAMESPACE));
        assertThat(manifest.credentialFiles()).containsExactly(".acme/auth.json");
        assertThat(manifest.interruptFirst()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "'args':[],'outputFormat':'plain' | bin",
                "'bin':' ','args':[],'outputFormat':'plain' | bin",
                "'bin':'x','outputFormat':'plain' | args",
                "'bin':'x','args':'{prompt}','outputFormat':'plain' | args",
                "'bin':'x','args':[1],'outputFormat':'plain' | args",
                "'bin':'x','args':[] | outputFormat",
                "'bin':'x','args':[],'outputFormat':'plain','promptVia':'file' | promptVia",
                "'bin':'x','args':[],'outputFormat':'plain','envPassthrough':['*'] | envPassthrough",
                "'bin':'x','args':[],'outputFormat':'plain','envPassthrough':['A*B'] | envPassthrough",
                "'bin':'x','args':[],'outputFormat':'plain','envPassthrough':'A' | envPassthrough",
                "'bin':'x','args':[],'outputFormat':'plain','env':['A'] | env",
                "'bin':'x','args':[],'outputFormat':'plain','env':{'A=B':'1'} | env",
                "'bin':'x','args':[],'outputFormat':'plain','env':{'A':1} | env.A",
                "'bin':'x','args':[],'outputFormat':'plain','env':{'infloop_token':'x'} | env",
                "'bin':'x','args':[],'outputFormat':'plain','dangerousArgs':'--yes' | dangerousArgs",
                "'bin':'x','args':[],'outputFormat':'plain','egressAllowlist':['a.dev:443'] | egressAllowlist",
                "'bin':'x','args':[],'outputFormat':'plain','egressAllowlist':['https://a.dev'] | egressAllowlist",
                "'bin':'x','args':[],'outputFormat':'plain','egressAllowlist':['*'] | egressAllowlist",
                "'bin':'x','args':[],'outputFormat':'plain','interruptFirst':1 | interruptFirst",
                "'bin':'x','args':[],'outputFormat':'plain','egressAllowList':['a.dev'] | egressAllowList",
                "'bin':'x','args':[],'outputFormat':'plain','sandbox':'off' | sandbox",
                "'bin':'x','args':[],'outputFormat':'plain','sandboxRequired':'all' | sandboxRequired",
                "'bin':'x','args':[],'outputFormat':'plain','sandbox_required':'jail' | sandbox_required",
                "'bin':'x','args':[],'outputFormat':'plain','credentialFiles':['/etc/x'] | credentialFiles",
                "'bin':'x','args':[],'outputFormat':'plain','credentialFiles':['a/../b'] | credentialFiles",
                "'bin':'x','args':[],'outputFormat':'plain','env_passthrough':['A'] | env_passthrough",
            })
    void namesTheFieldThatIsWrong(String members, String field) {
        assertThatExceptionOfType(ManifestException.class)
                .isThrownBy(() -> CliManifest.read(Json.parseObject("{" + members.replace('\'', '"') + "}")))
                .withMessageStartingWith(field + ": ");
    }
}
