package io.infloop.launcher.cli;

import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the plugins of a running server. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists each plugin of a running server with its version, state, origin and contributions.")
final class PluginsListCommand implements Callable<Integer> {
    private final Context context;

    @Mixin
    private OutputOption output;

    @Mixin
    private ServerOptions server;

    PluginsListCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonObject answer = server.connect(context).get("/api/plugins").json();
        if (output.json()) {
            context.out().println(JsonText.pretty(answer));
            return 0;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("PLUGIN", "VERSION", "STATE", "ORIGIN", "CONTRIBUTIONS"));
        for (JsonObject plugin : JsonText.children(answer, "plugins")) {
            rows.add(List.of(
                    JsonText.text(plugin, "id").orElse("?"),
                    JsonText.text(plugin, "version").orElse(""),
                    JsonText.text(plugin, "state").orElse(""),
                    JsonText.text(plugin, "origin").orElse(""),
                    contributions(plugin)));
        }
        Table.print(rows, context.out());
        if (JsonText.text(answer, "settled").filter("false"::equals).isPresent()) {
            context.out().println("Plugins are still being started; ask again in a moment for the whole list.");
        }
        return 0;
    }

    private static String contributions(JsonObject plugin) {
        List<String> shown = new ArrayList<>();
        if (plugin.get("contributions") instanceof JsonArray contributions) {
            for (JsonValue contribution : contributions) {
                if (contribution instanceof JsonObject object) {
                    shown.add(JsonText.text(object, "kind").orElse("") + ":"
                            + JsonText.text(object, "id").orElse("?"));
                } else if (contribution instanceof JsonString text) {
                    shown.add(text.getString());
                }
            }
        }
        JsonText.text(plugin, "reason").ifPresent(reason -> shown.add("(" + reason + ")"));
        return String.join(" ", shown);
    }
}
