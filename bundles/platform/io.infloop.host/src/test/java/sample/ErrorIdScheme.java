package sample;

/** Throws an error instead of telling its id. */
public final class ErrorIdScheme extends EchoScheme {
    @Override
    public String id() {
        throw new StackOverflowError();
    }
}
