package io.infloop.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** Options of the form {@code --name number}. */
public final class Numbers {
    private static final int MOST = 1_000_000;

    private final Map<String, Integer> values;

    private Numbers(Map<String, Integer> values) {
        this.values = values;
    }

    /**
     * Reads a command line; a wrong one ends the program with 2.
     *
     * @param defaults all options there are
     */
    public static Numbers parse(String[] arguments, Map<String, Integer> defaults) {
        Map<String, Integer> values = new LinkedHashMap<>(defaults);
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i];
            if (!defaults.containsKey(name) || i + 1 == arguments.length) {
                throw exit(defaults);
            }
            try {
                int value = Integer.parseInt(arguments[i + 1]);
                if (value < 1 || value > MOST) {
                    throw exit(defaults);
                }
                values.put(name, value);
            } catch (NumberFormatException notANumber) {
                throw exit(defaults);
            }
        }
        return new Numbers(values);
    }

    private static IllegalArgumentException exit(Map<String, Integer> defaults) {
        System.err.println("options, each with a number from 1 to " + MOST + "; defaults: " + defaults);
        System.exit(2);
        return new IllegalArgumentException();
    }

    public int get(String name) {
        return values.get(name);
    }
}
