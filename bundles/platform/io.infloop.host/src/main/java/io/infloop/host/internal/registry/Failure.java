package io.infloop.host.internal.registry;

import io.infloop.host.internal.hook.PluginBundles;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.BundleReference;

/**
 * What a plugin threw, told without calling it again: messages and stack traces are methods of the plugin's own exception classes,
 * so they are read once, where a deadline watches, and kept as text.
 *
 * @param text class and message
 * @param ownFrame the first frame that is the plugin's
 * @param cause the throwable itself if its class is not the plugin's, otherwise a stand-in with the same text
 */
public record Failure(String text, Optional<String> ownFrame, Throwable cause) {
    private static final int MAX_TEXT = 400;
    private static final int MAX_CAUSES = 10;

    /** Never throws. */
    public static Failure of(Throwable thrown, Optional<Bundle> plugin) {
        try {
            Throwable inner = unwrapped(thrown);
            String text = shortened(inner.getClass().getName() + messageOf(inner));
            Optional<String> frame = plugin.flatMap(bundle -> firstOwn(inner.getStackTrace(), bundle));
            return new Failure(text, frame, isSafeToPassOn(inner) ? inner : new StandIn(text));
        } catch (Throwable alsoThrown) {
            // The exception's own methods throw.
            String text = thrown.getClass().getName() + " (its message cannot be read)";
            return new Failure(text, Optional.empty(), new StandIn(text));
        }
    }

    /** Text with the place in the plugin's code. */
    public String withFrame() {
        return text + ownFrame.map(frame -> " at " + frame).orElse("");
    }

    /** The first frame of a stack that is in the plugin's code. */
    public static Optional<String> firstOwn(StackTraceElement[] stack, Bundle plugin) {
        Predicate<StackTraceElement> own = frame -> {
            try {
                return plugin.getEntry(frame.getClassName().replace('.', '/') + ".class") != null;
            } catch (IllegalStateException uninstalled) {
                return false;
            }
        };
        for (StackTraceElement frame : stack) {
            if (own.test(frame)) {
                return Optional.of(
                        frame.getClassName() + "." + frame.getMethodName() + ":" + Math.max(frame.getLineNumber(), 0));
            }
        }
        return Optional.empty();
    }

    private static boolean isSafeToPassOn(Throwable thrown) {
        Throwable current = thrown;
        for (int i = 0; i < MAX_CAUSES && current != null; i++) {
            if (current.getClass().getClassLoader() instanceof BundleReference loader
                    && PluginBundles.isPlugin(loader.getBundle())) {
                return false;
            }
            if (current.getSuppressed().length > 0) {
                return false;
            }
            current = current.getCause();
        }
        return current == null;
    }

    /** The exception inside those in which the framework and reflection wrap it. */
    private static Throwable unwrapped(Throwable thrown) {
        Throwable current = thrown;
        for (int i = 0; i < MAX_CAUSES && isWrapper(current) && current.getCause() != null; i++) {
            current = current.getCause();
        }
        return current;
    }

    private static boolean isWrapper(Throwable thrown) {
        return thrown instanceof BundleException
                || thrown instanceof InvocationTargetException
                || thrown instanceof ExceptionInInitializerError;
    }

    private static String messageOf(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? "" : ": " + message;
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
    }

    /** Stands for an exception of a plugin's own class. */
    private static final class StandIn extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StandIn(String text) {
            super(text, null, false, false);
        }
    }
}
