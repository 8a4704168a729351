package io.infloop.bench.spawn;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A shell that starts a {@link Chain} as often as it is told to. Ends when its input ends, also when this program is killed. */
final class ShellLoop implements AutoCloseable {
    private final Process shell;
    private final OutputStream counts;
    private final BufferedReader answers;

    /**
     * @param read whether it reads what they write
     * @param script is written
     */
    ShellLoop(Chain chain, boolean read, Path script, Path work) throws IOException {
        Files.write(script, chain.loop(read));
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", script.toString()).directory(work.toFile());
        builder.environment().clear();
        builder.environment().putAll(SupervisedLevel.environment(work));
        this.shell = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        this.counts = shell.getOutputStream();
        this.answers = new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Returns when all have ended. */
    void run(int count) throws IOException {
        counts.write((count + "\n").getBytes(StandardCharsets.US_ASCII));
        counts.flush();
        String answer = answers.readLine();
        if (!"done".equals(answer)) {
            throw new IOException("the shell's child: " + answer);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        counts.close();
        if (!shell.waitFor(10, TimeUnit.SECONDS)) {
            shell.destroyForcibly();
        }
        answers.close();
    }
}
