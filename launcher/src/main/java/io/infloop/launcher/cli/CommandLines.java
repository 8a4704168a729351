package io.infloop.launcher.cli;

import io.infloop.launcher.exit.CommandFailure;
import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** All commands. */
public final class CommandLines {
    private CommandLines() {}

    /** Runs the command of the arguments. @return the exit code */
    public static int execute(Context context, String... arguments) {
        CommandLine plugins = new CommandLine(new PluginsCommand()).addSubcommand(new PluginsListCommand(context));
        OfflineQuestion question = OfflineQuestion.of(context);
        CommandLine audit = new CommandLine(new AuditCommand())
                .addSubcommand(new AuditVerifyCommand(context.out(), question))
                .addSubcommand(new AuditCheckpointCommand(context.out(), question));
        CommandLine commands = new CommandLine(new Root())
                .addSubcommand(new StartCommand(context))
                .addSubcommand(new DemoCommand(context))
                .addSubcommand(new DoctorCommand(context, question))
                .addSubcommand("audit", audit)
                .addSubcommand("plugins", plugins)
                .addSubcommand(new VersionCommand(context))
                .setOut(new PrintWriter(context.out(), true))
                .setErr(new PrintWriter(context.err(), true));
        commands.getCommandSpec().version("Infinite Loop " + context.version());
        boolean json = Failures.wantJson(arguments);
        IParameterExceptionHandler usage = commands.getParameterExceptionHandler();
        commands.setParameterExceptionHandler((wrong, given) -> {
            if (json) {
                context.out().println(new CommandFailure(CommandFailure.USAGE, wrong.getMessage()).toJson());
            }
            return usage.handleParseException(wrong, given);
        });
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof CommandFailure expected) {
                return Failures.report(context.out(), context.err(), json, expected);
            }
            failure.printStackTrace(context.err());
            return Failures.report(
                    context.out(),
                    context.err(),
                    json,
                    new CommandFailure(CommandFailure.FINDING, "an error of the program: " + failure, failure));
        });
        return commands.execute(inPlace(arguments));
    }

    /** Every command takes {@code --json}, so it may also stand before the command. */
    private static String[] inPlace(String... arguments) {
        if (arguments.length == 0 || !Failures.wantJson(arguments[0])) {
            return arguments;
        }
        String[] moved = Arrays.copyOfRange(arguments, 1, arguments.length + (arguments.length > 1 ? 1 : 0));
        if (moved.length > 0) {
            moved[moved.length - 1] = arguments[0];
        }
        return moved;
    }

    /** The command above all others. */
    @Command(
            name = "infloop",
            mixinStandardHelpOptions = true,
            description = "Runs workflows of AI agents, scripts and checks, started by people, programs and webhooks.",
            synopsisSubcommandLabel = "COMMAND",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:all is well",
                "1:something was found, or failed",
                "2:the command line makes no sense",
                "69:no server is running",
                "75:the server cannot serve now; another attempt may succeed",
                "78:the configuration does not allow it"
            })
    static final class Root implements Runnable {
        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "Which command?");
        }
    }
}
