package io.infloop.host.internal.admission;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What classes of a plugin may not refer to: processes, the environment, the network, the life of the server and the insides of the
 * runtime belong to the platform. Names are as in class files, with slashes.
 *
 * <p>What is only reachable through reflection by a computed name, or through code of the JDK that was asked to do it (a parser that
 * fetches a URL), is beyond this list.
 */
final class ForbiddenCode {
    /** Classes that must not be named at all, and those nested in them. */
    private static final Map<String, Advice> CLASSES = new HashMap<>();

    /** Beginnings of names of classes that must not be named at all. */
    private static final Map<String, Advice> PACKAGES = new HashMap<>();

    /** Members that must not be used, by class. */
    private static final Map<String, Map<String, Advice>> MEMBERS = new HashMap<>();

    /** Classes of which only these members may be used. */
    private static final Map<String, Allowed> ONLY = Map.of(
            "java/lang/Runtime",
            new Allowed(
                    Set.of(
                            "getRuntime",
                            "availableProcessors",
                            "freeMemory",
                            "totalMemory",
                            "maxMemory",
                            "gc",
                            "version"),
                    Map.of(
                            "exec", Advice.PROCESS,
                            "load", Advice.NATIVE,
                            "loadLibrary", Advice.NATIVE),
                    Advice.LIFE),
            "java/lang/ProcessHandle",
            new Allowed(Set.of("current", "pid"), Map.of(), Advice.PROCESS));

    /** Static and inherited by whoever extends a thread: used under any class's name it is the same. */
    private static final String OF_ALL_THREADS = "setDefaultUncaughtExceptionHandler";

    private record Allowed(Set<String> members, Map<String, Advice> special, Advice otherwise) {}

    static {
        classes(Advice.PROCESS, "java/lang/ProcessBuilder", "java/lang/ProcessImpl", "java/awt/Desktop");
        classes(
                Advice.NETWORK,
                "java/net/Socket",
                "java/net/ServerSocket",
                "java/net/DatagramSocket",
                "java/net/MulticastSocket",
                "java/net/SocketImpl",
                "java/net/DatagramSocketImpl",
                "java/net/URLConnection",
                "java/net/HttpURLConnection",
                "java/net/JarURLConnection",
                "java/net/InetSocketAddress",
                "java/net/NetworkInterface",
                "java/net/Authenticator",
                "java/net/CookieHandler",
                "java/net/CookieManager",
                "java/net/ProxySelector",
                "java/net/ResponseCache",
                "java/net/UnixDomainSocketAddress",
                "java/nio/channels/SocketChannel",
                "java/nio/channels/ServerSocketChannel",
                "java/nio/channels/DatagramChannel",
                "java/nio/channels/NetworkChannel",
                "java/nio/channels/MulticastChannel",
                "java/nio/channels/AsynchronousSocketChannel",
                "java/nio/channels/AsynchronousServerSocketChannel",
                "java/util/logging/SocketHandler",
                "javax/net/SocketFactory",
                "javax/net/ServerSocketFactory",
                "javax/net/ssl/SSLSocket",
                "javax/net/ssl/SSLServerSocket",
                "javax/net/ssl/SSLSocketFactory",
                "javax/net/ssl/SSLServerSocketFactory",
                "javax/net/ssl/HttpsURLConnection");
        packages(
                Advice.NETWORK, "java/net/http/", "java/net/spi/", "java/nio/channels/spi/", "com/sun/net/httpserver/");
        packages(Advice.NETWORK, "java/rmi/", "javax/rmi/", "javax/naming/");
        packages(Advice.INTERNALS, "sun/", "jdk/internal/", "com/sun/management/", "com/sun/tools/", "com/sun/jdi/");
        packages(Advice.INTERNALS, "java/lang/management/", "javax/management/", "java/lang/instrument/");
        packages(Advice.NATIVE, "com/sun/jna/");
        classes(
                Advice.NATIVE,
                "java/lang/foreign/Linker",
                "java/lang/foreign/SymbolLookup",
                "java/lang/foreign/AddressLayout");
        classes(
                Advice.CODE,
                "java/net/URLClassLoader",
                "java/security/SecureClassLoader",
                "java/lang/ModuleLayer",
                "java/beans/Expression",
                "java/beans/Statement",
                "java/beans/XMLDecoder");
        packages(Advice.CODE, "javax/tools/", "javax/script/");
        classes(Advice.WHOLE_SERVER, "java/security/Policy");

        members("java/lang/System", Advice.ENVIRONMENT, "getenv");
        members("java/lang/System", Advice.LIFE, "exit");
        members("java/lang/System", Advice.NATIVE, "load", "loadLibrary");
        members(
                "java/lang/System",
                Advice.WHOLE_SERVER,
                "setSecurityManager",
                "setProperty",
                "setProperties",
                "clearProperty",
                "setIn",
                "setOut",
                "setErr");
        members("java/util/Locale", Advice.WHOLE_SERVER, "setDefault");
        members("java/util/TimeZone", Advice.WHOLE_SERVER, "setDefault");
        members("javax/net/ssl/SSLContext", Advice.WHOLE_SERVER, "setDefault");
        members("javax/net/ssl/SSLContext", Advice.NETWORK, "getSocketFactory", "getServerSocketFactory");
        members(
                "java/security/Security",
                Advice.WHOLE_SERVER,
                "addProvider",
                "insertProviderAt",
                "removeProvider",
                "setProperty");
        members(
                "java/net/URL",
                Advice.NETWORK,
                "openConnection",
                "openStream",
                "getContent",
                "setURLStreamHandlerFactory");
        for (String address : List.of("InetAddress", "Inet4Address", "Inet6Address")) {
            members(
                    "java/net/" + address,
                    Advice.NETWORK,
                    "getByName",
                    "getAllByName",
                    "getLocalHost",
                    "getHostName",
                    "getCanonicalHostName",
                    "isReachable");
        }
        members("java/lang/ClassLoader", Advice.CODE, "<init>", "defineClass");
        members(
                "java/lang/invoke/MethodHandles$Lookup",
                Advice.CODE,
                "defineClass",
                "defineHiddenClass",
                "defineHiddenClassWithClassData");
        members("java/lang/foreign/MemorySegment", Advice.NATIVE, "reinterpret", "ofAddress");
    }

    private ForbiddenCode() {}

    private static void classes(Advice advice, String... names) {
        for (String name : names) {
            CLASSES.put(name, advice);
        }
    }

    private static void packages(Advice advice, String... prefixes) {
        for (String prefix : prefixes) {
            PACKAGES.put(prefix, advice);
        }
    }

    private static void members(String owner, Advice advice, String... names) {
        Map<String, Advice> members = MEMBERS.computeIfAbsent(owner, unused -> new HashMap<>());
        for (String name : List.of(names)) {
            members.put(name, advice);
        }
    }

    /** Whether a class must not be named, wherever it stands. */
    static Optional<Advice> classNamed(String name) {
        Advice advice = CLASSES.get(name);
        int nested = name.indexOf('$');
        if (advice == null && nested > 0) {
            advice = CLASSES.get(name.substring(0, nested));
        }
        if (advice == null) {
            for (Map.Entry<String, Advice> entry : PACKAGES.entrySet()) {
                if (name.startsWith(entry.getKey())) {
                    return Optional.of(entry.getValue());
                }
            }
        }
        return Optional.ofNullable(advice);
    }

    /** Whether a member of a class must not be used; the class is the one that the using code names. */
    static Optional<Advice> memberUsed(String owner, String name) {
        if (name.equals(OF_ALL_THREADS)) {
            return Optional.of(Advice.WHOLE_SERVER);
        }
        Allowed allowed = ONLY.get(owner);
        if (allowed != null && !allowed.members.contains(name)) {
            return Optional.of(allowed.special.getOrDefault(name, allowed.otherwise));
        }
        return Optional.ofNullable(MEMBERS.getOrDefault(owner, Map.of()).get(name));
    }
}
