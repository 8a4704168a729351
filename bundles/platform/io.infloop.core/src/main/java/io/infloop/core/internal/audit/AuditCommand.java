package io.infloop.core.internal.audit;

import io.infloop.core.audit.AuditChain;
import io.infloop.core.json.Jsons;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The commands {@code audit-verify} and {@code audit-checkpoint}, which need no server and change nothing. */
public final class AuditCommand implements Function<List<String>, String> {
    private static final int FINDING = 1;
    private static final int USAGE = 2;

    private final AuditChain chain;
    private final boolean verify;

    private AuditCommand(AuditChain chain, boolean verify) {
        this.chain = chain;
        this.verify = verify;
    }

    /** Takes {@code --since HEAD}. */
    public static AuditCommand verify(AuditChain chain) {
        return new AuditCommand(chain, true);
    }

    public static AuditCommand checkpoint(AuditChain chain) {
        return new AuditCommand(chain, false);
    }

    @Override
    public String apply(List<String> arguments) {
        if (!verify) {
            return arguments.isEmpty() ? answer(chain.checkpoint()) : usage("audit checkpoint takes no arguments");
        }
        if (arguments.isEmpty()) {
            return answer(chain.verify(Optional.empty()));
        }
        if (arguments.size() != 2 || !arguments.get(0).equals("--since") || !ChainCheck.isHead(arguments.get(1))) {
            return usage("audit verify takes --since HEAD, with a head that audit checkpoint printed");
        }
        return answer(chain.verify(Optional.of(arguments.get(1))));
    }

    private static String answer(AuditChain.Result result) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("exit", result.intact() ? 0 : FINDING);
        members.putAll(result.members());
        return text(members);
    }

    private static String usage(String message) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("exit", USAGE);
        members.put("message", message);
        return text(members);
    }

    private static String text(Map<String, Object> members) {
        return new String(Jsons.bytes(members), StandardCharsets.UTF_8);
    }
}
