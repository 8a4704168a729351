package sample;

/** Never becomes active. */
public final class HangingStart extends EchoScheme {
    public HangingStart() {
        Hang.untilTestEnds();
    }
}
