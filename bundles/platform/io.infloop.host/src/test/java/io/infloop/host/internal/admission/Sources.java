package io.infloop.host.internal.admission;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles what a test writes down. */
final class Sources {
    private Sources() {}

    /** The class files, by the name of their entry, of a class {@code acme.Thing} with these members. */
    static Map<String, byte[]> thing(String members) {
        return compile("acme.Thing", "package acme; public class Thing { " + members + " }");
    }

    static Map<String, byte[]> compile(String className, String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, ByteArrayOutputStream> written = new TreeMap<>();
        StringWriter messages = new StringWriter();
        JavaFileManager files =
                new ForwardingJavaFileManager<JavaFileManager>(compiler.getStandardFileManager(null, null, null)) {
                    @Override
                    public JavaFileObject getJavaFileForOutput(
                            Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                        written.put(name.replace('.', '/') + ".class", bytes);
                        return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('$', '-')), kind) {
                            @Override
                            public OutputStream openOutputStream() {
                                return bytes;
                            }
                        };
                    }
                };
        JavaFileObject file =
                new SimpleJavaFileObject(
                        URI.create("memory:///" + className.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        boolean compiled = compiler.getTask(
                        messages, files, null, List.of("-proc:none", "-XDignore.symbol.file"), null, List.of(file))
                .call();
        try {
            files.close();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        if (!compiled) {
            throw new IllegalArgumentException(messages.toString());
        }
        Map<String, byte[]> classes = new TreeMap<>();
        written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
        return classes;
    }
}
