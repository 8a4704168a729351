package io.infloop.itests.support;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.ops4j.pax.exam.TestAddress;
import org.ops4j.pax.exam.TestContainerException;
import org.ops4j.pax.exam.TestProbeBuilder;
import org.ops4j.pax.exam.spi.ExamReactor;
import org.ops4j.pax.exam.spi.StagedExamReactor;
import org.ops4j.pax.exam.spi.reactors.ReactorManager;

/**
 * Runs the {@code @Test} methods of a Jupiter class inside a Pax Exam container: one container per class, a new instance with its
 * {@code @Inject} fields filled for each method. Pax Exam has no driver for Jupiter of its own.
 */
public final class PaxExamExtension implements BeforeAllCallback, AfterAllCallback, InvocationInterceptor {
    private final Map<String, TestAddress> addresses = new HashMap<>();
    private ReactorManager manager;
    private StagedExamReactor container;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Class<?> testClass = context.getRequiredTestClass();
        Object instance = testClass.getDeclaredConstructor().newInstance();
        manager = ReactorManager.getInstance();
        ExamReactor reactor = manager.prepareReactor(testClass, instance);
        TestProbeBuilder probe = manager.createProbeBuilder(instance);
        probe.setHeader("DynamicImport-Package", "*");
        Map<TestAddress, String> names = new HashMap<>();
        for (Method method : testClass.getMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                names.put(probe.addTest(testClass, method.getName()), method.getName());
            }
        }
        reactor.addProbe(probe);
        container = manager.stageReactor();
        manager.beforeClass(container, testClass);
        for (TestAddress target : container.getTargets()) {
            addresses.put(names.get(target.root()), target);
        }
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext context)
            throws Throwable {
        invocation.skip();
        try {
            container.invoke(addresses.get(invocationContext.getExecutable().getName()));
        } catch (TestContainerException | InvocationTargetException wrapped) {
            throw unwrapped(wrapped);
        }
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof TestContainerException || cause instanceof InvocationTargetException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (container != null) {
            manager.afterClass(container, context.getRequiredTestClass());
        }
    }
}
