package io.infloop.host.internal.admission;

import io.infloop.host.internal.PlainText;

/**
 * One thing in a class of a plugin that is not admitted.
 *
 * @param className the class it stands in, with dots
 * @param act what it does, such as {@code calls java.lang.System.exit}
 */
record Finding(String className, String act, Advice advice) {
    private static final int MAX_NAME = 200;

    static Finding call(String className, String owner, String member, Advice advice) {
        String act =
                member.equals("<init>") ? "creates " + plain(owner) : "calls " + plain(owner) + "." + plain(member);
        return new Finding(plain(className), act, advice);
    }

    static Finding use(String className, String used, Advice advice) {
        return new Finding(plain(className), "uses " + plain(used), advice);
    }

    static Finding nativeMethod(String className, String method) {
        return new Finding(plain(className), "has the native method " + plain(method), Advice.NATIVE);
    }

    private static String plain(String name) {
        String shown = PlainText.of(name.replace('/', '.'));
        return shown.length() > MAX_NAME ? shown.substring(0, MAX_NAME) + "..." : shown;
    }
}
