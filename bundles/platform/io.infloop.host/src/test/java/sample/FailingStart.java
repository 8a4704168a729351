package sample;

/** Cannot be created. */
public final class FailingStart extends EchoScheme {
    public FailingStart() {
        throw new IllegalStateException("no licence found");
    }
}
