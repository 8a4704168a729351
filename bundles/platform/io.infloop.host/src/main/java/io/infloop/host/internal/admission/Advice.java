package io.infloop.host.internal.admission;

/** What a plugin uses in the place of what it may not, in the words of a refusal. */
enum Advice {
    PROCESS("start programs with the SPI's process launcher (io.infloop.spi.process) instead"),
    ENVIRONMENT("the environment is not for plugins: take what you need from the configuration of the node or provider,"
            + " and name what a child needs in the manifest's envPassthrough"),
    LIFE("the life of the server is not a plugin's to end: return an error or throw instead"),
    NATIVE("native code is not admitted: use plain Java, or a program started with the SPI's process launcher"
            + " (io.infloop.spi.process)"),
    NETWORK("go to the network with the SPI's http service (io.infloop.spi.http) instead"),
    INTERNALS("the insides of the Java runtime are closed to plugins: use its public API"),
    CODE("code that is made or loaded at run time cannot be examined: pack all classes into the jar"),
    WHOLE_SERVER("it changes the whole server: pass the setting to what you call instead");

    private final String text;

    Advice(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
