package io.infloop.spi.webhook;

/** Text that may be echoed: printable ASCII. */
final class Printable {
    private Printable() {}

    static boolean is(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < 0x20 || text.charAt(i) > 0x7e) {
                return false;
            }
        }
        return true;
    }

    static boolean is(byte[] text) {
        for (byte character : text) {
            if (character < 0x20 || character > 0x7e) {
                return false;
            }
        }
        return true;
    }
}
