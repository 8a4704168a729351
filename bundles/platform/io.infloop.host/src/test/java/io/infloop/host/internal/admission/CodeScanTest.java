package io.infloop.host.internal.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.host.internal.RefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodeScanTest {
    @TempDir
    Path directory;

    private void check(Map<String, byte[]> entries) throws IOException, RefusedException {
        Path jar = Files.write(directory.resolve("plugin.jar"), zip(entries));
        CodeScan.check(jar, directory);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(jar);
        }
    }

    private String refusal(Map<String, byte[]> entries) {
        try {
            check(entries);
        } catch (RefusedException refused) {
            return refused.getMessage();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        throw new AssertionError("was admitted");
    }

    private static byte[] zip(Map<String, byte[]> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            Object o() throws Exception { return new ProcessBuilder("id").start(); } | creates java.lang.ProcessBuilder | process launcher
            Object o() { return ProcessBuilder.class; } | uses java.lang.ProcessBuilder | process launcher
            Object o() { return new ProcessBuilder[0][0]; } | uses java.lang.ProcessBuilder | process launcher
            Object o() { return ProcessBuilder.Redirect.INHERIT; } | calls java.lang.ProcessBuilder$Redirect.INHERIT | process launcher
            Object o() throws Exception { return Runtime.getRuntime().exec("id"); } | calls java.lang.Runtime.exec | process launcher
            void o() { Runtime.getRuntime().exit(1); } | calls java.lang.Runtime.exit | the life of the server
            void o() { Runtime.getRuntime().halt(1); } | calls java.lang.Runtime.halt | the life of the server
            void o() { Runtime.getRuntime().addShutdownHook(new Thread()); } | calls java.lang.Runtime.addShutdownHook | the life of the server
            void o() { Runtime.getRuntime().load("/tmp/x.so"); } | calls java.lang.Runtime.load | native code
            Object o() { return System.getenv(); } | calls java.lang.System.getenv | envPassthrough
            Object o() { java.util.function.UnaryOperator<String> f = System::getenv; return f; } | calls java.lang.System.getenv | envPassthrough
            Object o() { Runnable r = () -> System.exit(3); return r; } | calls java.lang.System.exit | the life of the server
            Object o() { return new Object() { void p() { new Object() { void q() { System.exit(3); } }; } }; } | calls java.lang.System.exit | the life of the server
            void o() { System.loadLibrary("x"); } | calls java.lang.System.loadLibrary | native code
            void o() { System.setSecurityManager(null); } | calls java.lang.System.setSecurityManager | whole server
            void o() { System.setProperty("a", "b"); } | calls java.lang.System.setProperty | whole server
            void o() { ProcessHandle.allProcesses().forEach(ProcessHandle::destroyForcibly); } | calls java.lang.ProcessHandle.allProcesses | process launcher
            void o(ProcessHandle p) { Runnable r = p::destroy; r.run(); } | calls java.lang.ProcessHandle.destroy | process launcher
            Object o() throws Exception { return new java.net.Socket("127.0.0.1", 22); } | creates java.net.Socket | http service
            class S extends java.net.Socket {} | creates java.net.Socket | http service
            Object o() throws Exception { return new java.net.URL("http://a").openStream(); } | calls java.net.URL.openStream | http service
            Object o() { return java.net.http.HttpClient.newHttpClient(); } | calls java.net.http.HttpClient.newHttpClient | http service
            Object o() throws Exception { return java.net.Inet4Address.getByName("secret.evil.example"); } | calls java.net.Inet4Address.getByName | http service
            Object o() throws Exception { return java.nio.channels.SocketChannel.open(); } | calls java.nio.channels.SocketChannel.open | http service
            Object o() throws Exception { return new javax.naming.InitialContext(); } | creates javax.naming.InitialContext | http service
            Object o() throws Exception { return Class.forName("x").getField("theUnsafe").get(null) instanceof sun.misc.Unsafe; } | uses sun.misc.Unsafe | insides of the Java runtime
            Object o() { return java.lang.management.ManagementFactory.getPlatformMBeanServer(); } | calls java.lang.management.ManagementFactory.getPlatformMBeanServer | insides of the Java runtime
            native int o(); | has the native method o | native code
            class L extends ClassLoader { Class<?> d(byte[] b) { return defineClass(null, b, 0, b.length); } } | creates java.lang.ClassLoader | pack all classes
            Object o(byte[] b) throws Exception { return java.lang.invoke.MethodHandles.lookup().defineClass(b); } | calls java.lang.invoke.MethodHandles$Lookup.defineClass | pack all classes
            class T extends Thread { void p() { setDefaultUncaughtExceptionHandler(null); } } | calls acme.Thing$T.setDefaultUncaughtExceptionHandler | whole server
            """)
    void whatBelongsToThePlatformIsRefusedWithWhatToUseInstead(String members, String act, String advice) {
        String reason = refusal(Sources.thing(members));

        assertThat(reason)
                .startsWith("class acme.Thing")
                .contains(" " + act + ", which plugins may not")
                .contains(advice)
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Object o() { return Runtime.getRuntime().availableProcessors() + ProcessHandle.current().pid(); }",
                "Object o() { return System.getProperty(\"user.dir\") + System.nanoTime() + System.lineSeparator(); }",
                "Object o() throws Exception { return javax.crypto.Mac.getInstance(\"HmacSHA256\"); }",
                "Object o() { return java.net.URI.create(\"https://a.example\").getHost(); }",
                "Object o() throws Exception { return java.net.InetAddress.getByAddress(new byte[4]); }",
                "Object o() { return \"System.getenv ProcessBuilder\"; }",
                "Object o() { return new Thread(() -> {}); } void exit() {} void p() { exit(); }",
                "Object o() throws Exception { return Class.forName(\"acme.Thing\").getMethods(); }"
            })
    void whatIsEverybodysIsAdmitted(String members) {
        assertThatCode(() -> check(Sources.thing(members))).doesNotThrowAnyException();
    }

    @Test
    void theSentenceIsWhole() {
        assertThat(refusal(Sources.thing("Object a() { return System.getenv(\"HOME\"); }")))
                .isEqualTo("class acme.Thing calls java.lang.System.getenv, which plugins may not:"
                        + " the environment is not for plugins: take what you need from the configuration of the node or"
                        + " provider, and name what a child needs in the manifest's envPassthrough");
        assertThat(refusal(Sources.thing("void a() { System.exit(1); } Object b() throws Exception {"
                        + " return new ProcessBuilder(\"a\", System.getenv(\"b\")).start(); }")))
                .contains(" (and 1 more place like it)");
    }

    @Test
    void packedLibrariesCountWhateverTheyAreCalled() {
        byte[] library = zip(Sources.thing("void o() { System.exit(1); }"));

        assertThat(refusal(Map.of("lib/inner.jar", library)))
                .startsWith("class acme.Thing of lib/inner.jar calls java.lang.System.exit");
        assertThat(refusal(Map.of("lib/outer.jar", zip(Map.of("inner.jar", library)))))
                .startsWith("class acme.Thing of lib/outer.jar!inner.jar calls java.lang.System.exit");
        // Read from its end, as those who load classes do: what stands before it does not hide it.
        byte[] disguised = new byte[library.length + 10];
        System.arraycopy(library, 0, disguised, 10, library.length);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("META-INF/MANIFEST.MF", manifest("Bundle-ClassPath: .,/picture.png;x=y"));
        entries.put("picture.png", disguised);
        assertThat(refusal(entries)).startsWith("class acme.Thing of picture.png calls java.lang.System.exit");
        entries.put("picture.png", "none".getBytes(StandardCharsets.UTF_8));
        assertThat(refusal(entries)).startsWith("has the library picture.png, which is no complete jar");
    }

    private static byte[] manifest(String header) {
        return ("Manifest-Version: 1.0\n" + header + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void classesForNewerRuntimesCountToo() {
        byte[] later = Sources.thing("void o() { System.exit(1); }").get("acme/Thing.class");

        assertThat(refusal(Map.of("META-INF/versions/25/acme/Thing.class", later)))
                .startsWith("class acme.Thing calls java.lang.System.exit");
    }

    @Test
    void whatCannotBeExaminedIsRefused() {
        byte[] whole = Sources.thing("void o() { System.exit(1); }").get("acme/Thing.class");
        byte[] future = whole.clone();
        future[7] = 120;

        assertThat(refusal(Map.of("acme/Thing.class", future)))
                .startsWith("has the class file acme/Thing.class that cannot be examined");
        assertThat(refusal(Map.of("acme/Thing.class", new byte[100])))
                .startsWith("has the class file acme/Thing.class that cannot be examined");
        for (int length = 4; length < whole.length - 1; length++) {
            byte[] part = java.util.Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> check(Map.of("acme/Thing.class", part))).isInstanceOf(RefusedException.class);
        }
        assertThat(refusal(Map.of("acme/Thing.class", new byte[5 << 20]))).contains("above 4 MiB");
        byte[] nested = zip(Map.of());
        for (int i = 0; i < 5; i++) {
            nested = zip(Map.of("x.jar", nested));
        }
        assertThat(refusal(Map.of("x.jar", nested))).startsWith("packs jars into jars more than 3 deep");
    }

    @Test
    void aBombInALibraryIsBounded() {
        byte[] bomb = zip(Map.of("zeros", new byte[40 << 20]));
        byte[] shell = zip(Map.of("zeros.jar", bomb));
        Map<String, byte[]> many = new LinkedHashMap<>();
        for (int i = 0; i < 20; i++) {
            many.put(i + ".jar", zip(Map.of("inner.jar", zip(Map.of("deep.jar", bomb)))));
        }
        assertThatCode(() -> check(Map.of("a.jar", shell))).doesNotThrowAnyException();
        assertThatCode(() -> check(many)).doesNotThrowAnyException();
        Map<String, byte[]> classes = new LinkedHashMap<>();
        for (int i = 0; i < 200; i++) {
            classes.put("c" + i + ".jar", new byte[3 << 20]);
        }
        assertThat(refusal(Map.of("all.jar", zip(classes)))).contains("unpacks to more than 512 MiB");
    }
}
