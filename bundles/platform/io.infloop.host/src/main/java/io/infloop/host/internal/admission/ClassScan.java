package io.infloop.host.internal.admission;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;

/**
 * Reads one class file and tells what in it is not admitted. The constant pool names everything that a class can call, whether by an
 * instruction, a lambda, a method reference or a dynamic constant, so that the code itself need not be read.
 */
final class ClassScan {
    private static final int MAGIC = 0xCAFEBABE;

    private static final int CLASS = 7;
    private static final int FIELD = 9;
    private static final int METHOD = 10;
    private static final int INTERFACE_METHOD = 11;

    private final ClassReader reader;
    private final char[] buffer;
    private final String name;

    private ClassScan(byte[] bytes) {
        reader = new ClassReader(bytes);
        buffer = new char[reader.getMaxStringLength()];
        name = reader.getClassName();
    }

    static boolean isClass(byte[] bytes) {
        return bytes.length >= 4
                && ((bytes[0] & 0xff) << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | bytes[3] & 0xff)
                        == MAGIC;
    }

    /** @throws IllegalArgumentException if this is no class file, or one of a Java that is too new to be read */
    static List<Finding> of(byte[] bytes) {
        try {
            ClassScan scan = new ClassScan(bytes);
            List<Finding> findings = new ArrayList<>(scan.references());
            scan.nativeMethod().ifPresent(findings::add);
            return findings;
        } catch (IndexOutOfBoundsException | NullPointerException | NegativeArraySizeException malformed) {
            // What the reader makes of offsets that lead nowhere.
            throw new IllegalArgumentException("malformed class file", malformed);
        }
    }

    private List<Finding> references() {
        Map<String, Finding> calls = new LinkedHashMap<>();
        Map<String, Finding> uses = new LinkedHashMap<>();
        for (int i = 1; i < reader.getItemCount(); i++) {
            int item = reader.getItem(i);
            if (item == 0) {
                // The second place of a long or a double.
                continue;
            }
            switch (reader.readByte(item - 1)) {
                case CLASS -> {
                    String used = element(reader.readUTF8(item, buffer));
                    ForbiddenCode.classNamed(used)
                            .ifPresent(advice -> uses.putIfAbsent(used, Finding.use(name, used, advice)));
                }
                case FIELD, METHOD, INTERFACE_METHOD -> {
                    String owner = element(reader.readClass(item, buffer));
                    String member = reader.readUTF8(reader.getItem(reader.readUnsignedShort(item + 2)), buffer);
                    ForbiddenCode.memberUsed(owner, member)
                            .or(() -> ForbiddenCode.classNamed(owner))
                            .ifPresent(advice -> calls.putIfAbsent(owner, Finding.call(name, owner, member, advice)));
                }
                default -> {
                    // Numbers, strings, descriptors: nothing can be done with them alone.
                }
            }
        }
        uses.keySet().removeAll(calls.keySet());
        List<Finding> findings = new ArrayList<>(calls.values());
        findings.addAll(uses.values());
        return findings;
    }

    /** The class an array is made of in the end, or the class itself. */
    private static String element(String type) {
        int dimensions = 0;
        while (dimensions < type.length() && type.charAt(dimensions) == '[') {
            dimensions++;
        }
        if (dimensions == 0) {
            return type;
        }
        String element = type.substring(dimensions);
        return element.startsWith("L") && element.endsWith(";") ? element.substring(1, element.length() - 1) : element;
    }

    private Optional<Finding> nativeMethod() {
        // Access, name and super class, then the interfaces.
        int at = reader.header + 8 + 2 * reader.readUnsignedShort(reader.header + 6);
        int fields = reader.readUnsignedShort(at);
        at += 2;
        for (int i = 0; i < fields; i++) {
            at = afterMember(at);
        }
        int methods = reader.readUnsignedShort(at);
        at += 2;
        for (int i = 0; i < methods; i++) {
            if ((reader.readUnsignedShort(at) & Opcodes.ACC_NATIVE) != 0) {
                return Optional.of(Finding.nativeMethod(name, reader.readUTF8(at + 2, buffer)));
            }
            at = afterMember(at);
        }
        return Optional.empty();
    }

    private int afterMember(int member) {
        int attributes = reader.readUnsignedShort(member + 6);
        int at = member + 8;
        for (int i = 0; i < attributes; i++) {
            int length = reader.readInt(at + 2);
            if (length < 0) {
                throw new IllegalArgumentException("malformed class file");
            }
            at = Math.addExact(at + 6, length);
        }
        return at;
    }
}
