package io.infloop.provider.cli.internal;

/** The way the prompt reaches the agent. */
enum PromptVia {
    ARG,
    STDIN
}
