package sample;

/** A second scheme in one jar. */
public final class OtherScheme extends EchoScheme {
    @Override
    public String id() {
        return "other";
    }
}
