package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SandboxLevel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the self-test found.
 *
 * @param wanted the operator's setting; empty for auto
 * @param required the operator's requirement
 * @param inForce the level that every child has at least
 * @param trials one for each level above {@link SandboxLevel#OFF}, strongest first
 */
public record SandboxReport(
        Optional<SandboxLevel> wanted, SandboxLevel required, SandboxLevel inForce, List<Trial> trials) {
    /**
     * The test of one level.
     *
     * @param detail if available what it is like here, otherwise why not: a sentence each
     * @param remedy what would lift it; empty if available
     * @param millis how long the test took
     */
    public record Trial(SandboxLevel level, boolean available, String detail, String remedy, long millis) {
        Map<String, Object> toJson() {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("level", level.id());
            members.put("available", available);
            members.put("detail", detail);
            if (!remedy.isEmpty()) {
                members.put("remedy", remedy);
            }
            members.put("millis", millis);
            return members;
        }
    }

    public SandboxReport {
        trials = List.copyOf(trials);
    }

    /** The trial of that level; empty for {@link SandboxLevel#OFF}, which needs none. */
    public Optional<Trial> trial(SandboxLevel level) {
        return trials.stream().filter(trial -> trial.level() == level).findFirst();
    }

    public boolean isMet() {
        return inForce.isAtLeast(required);
    }

    /** Why the machine does not do this level and what would change that, for people. */
    public String obstacle(SandboxLevel level) {
        return trial(level)
                .filter(trial -> !trial.available())
                .map(trial -> trial.detail() + "; " + trial.remedy())
                .orElse("");
    }

    /** The whole in one line, for the log. */
    public String summary() {
        StringBuilder text = new StringBuilder("children run at sandbox level ").append(inForce.id());
        for (Trial trial : trials) {
            text.append("; ")
                    .append(trial.level().id())
                    .append(trial.available() ? " available: " : " not available: ")
                    .append(trial.detail())
                    .append(" (")
                    .append(trial.millis())
                    .append(" ms)");
        }
        return text.toString();
    }

    public Map<String, Object> toJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("level", inForce.id());
        members.put("wanted", wanted.map(SandboxLevel::id).orElse("auto"));
        members.put("required", required.id());
        members.put("tests", trials.stream().map(Trial::toJson).toList());
        return members;
    }

    /** What the levels above the one in force need; empty at the top. */
    public Optional<String> whatWouldLiftIt() {
        return trials.stream()
                .filter(trial -> trial.level().compareTo(inForce) > 0)
                .reduce((stronger, weaker) -> weaker)
                .map(next -> next.available()
                        ? "level " + next.level().id() + " is available; ask for it with INFLOOP_SANDBOX="
                                + next.level().id()
                        : next.detail() + "; " + next.remedy());
    }
}
