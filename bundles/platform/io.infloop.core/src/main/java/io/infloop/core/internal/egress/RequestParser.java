package io.infloop.core.internal.egress;

import io.infloop.core.internal.egress.Heads.Field;
import io.infloop.core.internal.egress.Heads.Head;
import io.infloop.core.internal.net.HostName;
import io.infloop.core.internal.net.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the two kinds of requests that a proxy takes, strictly: what two readers could read differently is refused. */
final class RequestParser {
    private static final int HTTP_PORT = 80;
    private static final Pattern START = Pattern.compile("([^ ]+) ([^ ]+) (HTTP/1\\.[01])");
    private static final Pattern AUTHORITY =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+\\]|[^:\\[\\]@/?#]+)(?::([0-9]{1,5}))?");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i:http)://([^/?#]*)([^#]*)");

    private RequestParser() {}

    static ProxyRequest parse(Head head) throws MalformedRequestException {
        Matcher start = START.matcher(head.start());
        if (!start.matches() || !Heads.isToken(start.group(1))) {
            throw new MalformedRequestException("this is not an HTTP/1 request to a proxy");
        }
        String method = start.group(1);
        Optional<String> authorization = single(head, "proxy-authorization");
        if (method.equals("CONNECT")) {
            Authority authority = authority(start.group(2), 0);
            return new ProxyRequest.Connect(authority.host(), authority.port(), authorization);
        }
        return forward(head, method, start.group(2), start.group(3), authorization);
    }

    private static ProxyRequest forward(
            Head head, String method, String target, String version, Optional<String> authorization)
            throws MalformedRequestException {
        Matcher absolute = ABSOLUTE.matcher(target);
        if (!absolute.matches()) {
            throw new MalformedRequestException("only CONNECT host:port and http://host/path are carried, not \""
                    + Texts.shown(method + " " + target) + "\"; use CONNECT for https");
        }
        Authority authority = authority(absolute.group(1), HTTP_PORT);
        String path = absolute.group(2);
        if (path.isEmpty() || path.startsWith("?")) {
            path = "/" + path;
        }
        RequestBody body = body(head);
        List<Field> fields = new ArrayList<>();
        // The server named in the request line is the one that was checked; the Host field must not name another.
        fields.add(new Field("Host", absolute.group(1)));
        head.endToEnd().stream().filter(field -> !field.is("host")).forEach(fields::add);
        fields.add(new Field("Connection", "close"));
        return new ProxyRequest.Forward(
                authority.host(),
                authority.port(),
                authorization,
                method,
                path,
                Heads.bytes(method + " " + path + " " + version, fields),
                body);
    }

    private static RequestBody body(Head head) throws MalformedRequestException {
        Optional<String> length = single(head, "content-length");
        Optional<String> encoding = single(head, "transfer-encoding");
        if (length.isPresent() && encoding.isPresent()) {
            throw new MalformedRequestException("the request gives its length in two ways");
        }
        if (encoding.isPresent()) {
            if (!encoding.get().toLowerCase(Locale.ROOT).equals("chunked")) {
                throw new MalformedRequestException("the only transfer encoding of requests is chunked");
            }
            return RequestBody.chunked();
        }
        if (length.isPresent() && !length.get().matches("[0-9]{1,18}")) {
            throw new MalformedRequestException("the request has no valid Content-Length");
        }
        return RequestBody.ofLength(length.map(Long::parseLong).orElse(0L));
    }

    private static Optional<String> single(Head head, String name) throws MalformedRequestException {
        List<String> values = head.values(name);
        if (values.size() > 1) {
            throw new MalformedRequestException("the request has more than one " + name);
        }
        return values.stream().findFirst();
    }

    /** @param defaultPort 0 when one must be given */
    private static Authority authority(String text, int defaultPort) throws MalformedRequestException {
        Matcher parts = AUTHORITY.matcher(text);
        if (parts.matches()) {
            String name = parts.group(1);
            boolean bracketed = name.startsWith("[");
            Optional<HostName> host = HostName.parse(bracketed ? name.substring(1, name.length() - 1) : name);
            int port = parts.group(2) == null ? defaultPort : Integer.parseInt(parts.group(2));
            if (host.isPresent() && port >= 1 && port <= 65_535 && bracketed == name.indexOf(':') >= 0) {
                return new Authority(host.get(), port);
            }
        }
        throw new MalformedRequestException("\"" + Texts.shown(text) + "\" is not a host"
                + (defaultPort == 0 ? " with a port" : "") + " that the proxy can connect to");
    }

    private record Authority(HostName host, int port) {}
}
