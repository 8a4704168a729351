package io.infloop.core.internal;

import io.infloop.core.internal.doctor.Doctor;
import io.infloop.core.internal.http.Ports;
import io.infloop.core.internal.selfcheck.SelfCheck;
import io.infloop.core.internal.settings.ApiToken;
import io.infloop.core.internal.settings.BindRule;
import io.infloop.core.internal.settings.Handover;
import io.infloop.core.internal.settings.SettingsReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.annotation.bundle.Header;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts core: takes the environment before anybody else can, decides the posture, then brings everything else up in the order that
 * the posture needs. An activator and not a component, because nothing may run before the decision.
 */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
public final class CoreActivator implements BundleActivator {
    private static final Logger LOGGER = LoggerFactory.getLogger(CoreActivator.class);

    /** Those that core answers. */
    private static final String[] COMMANDS = {"doctor", "audit-verify", "audit-checkpoint"};

    private CoreServices services;

    @Override
    public void start(BundleContext context) throws InterruptedException {
        Map<String, String> environment = Handover.take(context);
        boolean command = "command".equals(context.getProperty("infloop.mode"));
        try {
            SettingsReader.Result read = SettingsReader.read(environment, context::getProperty);
            Optional<ApiToken> token = ApiToken.from(environment);
            if (!command
                    && BindRule.isInsecure(
                            read.settings().host(),
                            token.isPresent(),
                            read.settings().allowInsecure())) {
                LOGGER.warn(BindRule.banner(read.settings().host()));
            }
            read.warnings().forEach(warning -> LOGGER.warn("{}", warning));
            SelfCheck selfCheck = selfCheck(environment);
            if (!command) {
                decide(selfCheck, read.settings().strict());
                Ports.requireOurs(BindRule.bare(read.settings().host()));
            }
            services = new CoreServices(context, environment, read, token, command, selfCheck);
            services.start();
        } catch (Refusal refusal) {
            if (services != null) {
                services.stop();
                services = null;
            }
            refuse(context, refusal, command);
        }
    }

    @Override
    public void stop(BundleContext context) {
        if (services != null) {
            services.stop();
            services = null;
        }
    }

    private static SelfCheck selfCheck(Map<String, String> environment) {
        return new SelfCheck(
                Path.of("/proc"),
                ProcessHandle.current().pid(),
                environment,
                ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    private static void decide(SelfCheck selfCheck, boolean strict) {
        List<String> findings = selfCheck.findings();
        if (strict && !findings.isEmpty()) {
            throw new Refusal("exposed-secret", String.join("\n", findings));
        }
        findings.forEach(finding -> LOGGER.warn("{}", finding));
    }

    /** Who asks for a diagnosis gets one, also of what keeps the server from starting. */
    private static void refuse(BundleContext context, Refusal refusal, boolean command) {
        if (!command) {
            ExitRequest.refuse(context, refusal);
            return;
        }
        LOGGER.debug("refused: {}", refusal.text());
        Function<List<String>, String> report = arguments -> Doctor.refused(refusal);
        context.registerService(
                Function.class, report, FrameworkUtil.asDictionary(Map.of("infloop.command", COMMANDS)));
    }
}
