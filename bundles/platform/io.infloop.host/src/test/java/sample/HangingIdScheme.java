package sample;

/** Never tells its id. */
public final class HangingIdScheme extends EchoScheme {
    @Override
    public String id() {
        Hang.untilTestEnds();
        return "hanging";
    }
}
