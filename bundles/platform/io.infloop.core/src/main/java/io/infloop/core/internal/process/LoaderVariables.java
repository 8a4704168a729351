package io.infloop.core.internal.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Variables that change what any program does, so also the programs that confine a child, before the child is confined. */
final class LoaderVariables {
    private LoaderVariables() {}

    /** Takes them away and tells so. */
    static void remove(Map<String, String> variables, Consumer<String> notices) {
        List<String> removed = new ArrayList<>();
        for (String name : List.copyOf(variables.keySet())) {
            if (actsOnEveryProgram(name)) {
                variables.remove(name);
                removed.add(name);
            }
        }
        if (!removed.isEmpty()) {
            notices.accept("[sandbox] not given to the child, because the programs that confine it would obey it: "
                    + String.join(", ", removed) + "; set it in a script that starts the program");
        }
    }

    /** Of the dynamic linker and the C library; and functions that shells take over. */
    private static boolean actsOnEveryProgram(String name) {
        return name.startsWith("LD_")
                || name.startsWith("BASH_FUNC_")
                || name.equals("GLIBC_TUNABLES")
                || name.equals("GCONV_PATH")
                || name.equals("LOCPATH")
                || name.equals("SHELLOPTS")
                || name.equals("PS4");
    }
}
