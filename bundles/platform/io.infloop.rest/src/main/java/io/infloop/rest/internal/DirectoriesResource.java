package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.workspace.WorkspaceRoots;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/fs/list}: directories, for choosing where an agent works; within the workspace roots where those are set. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/fs/list")
public final class DirectoriesResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final int MAX_ENTRIES = 5_000;

    private final transient WorkspaceRoots roots;

    @Activate
    public DirectoriesResource(@Reference WorkspaceRoots roots) {
        this.roots = roots;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        Optional<String> path = request.query("path").or(this::start);
        if (path.isEmpty()) {
            return ApiReply.error(
                    ErrorCode.INVALID_QUERY, "none of the workspace roots exists; correct WORKSPACE_ROOTS");
        }
        if (!path.get().startsWith("/")) {
            return ApiReply.error(ErrorCode.PATH_NOT_ABSOLUTE);
        }
        try {
            return list(roots.directory(path.get()), request.isSet("showHidden"));
        } catch (IOException unreadable) {
            return ApiReply.error(
                    ErrorCode.INVALID_QUERY,
                    Optional.ofNullable(unreadable.getMessage()).orElse("the directory cannot be read"),
                    JsonObject.of("path", path.get()));
        }
    }

    private Optional<String> start() {
        return roots.isRestricted()
                ? roots.roots().stream().findFirst().map(Path::toString)
                : Optional.ofNullable(System.getProperty("user.home"));
    }

    private ApiReply list(Path directory, boolean showHidden) throws IOException {
        List<String> names = new ArrayList<>();
        boolean truncated = false;
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                if (names.size() >= MAX_ENTRIES) {
                    truncated = true;
                    break;
                }
                if ((showHidden || !name.startsWith(".")) && Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    names.add(name);
                }
            }
        } catch (DirectoryIteratorException broken) {
            throw broken.getCause();
        }
        JsonObject.Builder body = JsonObject.builder()
                .put("path", directory.toString())
                .put("parent", parent(directory))
                .put(
                        "entries",
                        names.stream().sorted().map(DirectoriesResource::entry).toList());
        if (roots.isRestricted()) {
            body.put("roots", roots.roots().stream().map(Path::toString).toList());
        }
        return ApiReply.ok(truncated ? body.put("truncated", true).build() : body.build());
    }

    private static JsonObject entry(String name) {
        return JsonObject.builder().put("name", name).put("isDir", true).build();
    }

    /** {@code null} at the top, which is the root directory or a workspace root. */
    private String parent(Path directory) {
        Path parent = directory.getParent();
        if (parent == null) {
            return null;
        }
        boolean open = !roots.isRestricted() || roots.roots().stream().anyMatch(parent::startsWith);
        return open ? parent.toString() : null;
    }
}
