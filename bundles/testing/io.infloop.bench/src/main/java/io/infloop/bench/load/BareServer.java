package io.infloop.bench.load;

import io.infloop.bench.GithubDelivery;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/**
 * The least that can be done with a signed delivery: Jetty reads it, the signature is verified, 202 or 401. Nothing is parsed or
 * stored. A GET is answered at once. A program of its own; prints its port and ends when its standard input ends.
 */
public final class BareServer {
    private BareServer() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Verifier());
        server.start();
        System.out.println("port " + connector.getLocalPort());
        while (System.in.read() >= 0) {
            // Whoever started this program keeps its end open.
        }
        server.stop();
    }

    private static final class Verifier extends Handler.Abstract.NonBlocking {
        private static final byte[] ACCEPTED = "{\"queued\":true}".getBytes(StandardCharsets.UTF_8);
        private static final byte[] REJECTED = "{\"error\":\"bad-signature\"}".getBytes(StandardCharsets.UTF_8);

        private static final byte[] VERSION =
                ("{\"name\":\"bare\",\"version\":\"0.1.0\",\"instanceId\":\"0123456789abcdef0123456789\","
                                + "\"startedAt\":1700000000000}")
                        .getBytes(StandardCharsets.UTF_8);

        private final SecretKeySpec key =
                new SecretKeySpec(GithubDelivery.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256");

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (request.getMethod().equals("GET")) {
                answer(response, callback, 200, VERSION);
                return true;
            }
            Content.Source.asByteBuffer(
                    request, Promise.from(body -> answer(request, response, callback, body), callback::failed));
            return true;
        }

        private void answer(Request request, Response response, Callback callback, ByteBuffer body) {
            boolean genuine = isGenuine(request.getHeaders().get("x-hub-signature-256"), body);
            answer(response, callback, genuine ? 202 : 401, genuine ? ACCEPTED : REJECTED);
        }

        private static void answer(Response response, Callback callback, int status, byte[] answer) {
            response.setStatus(status);
            response.getHeaders().put(new HttpField(HttpHeader.CONTENT_TYPE, "application/json"));
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.length);
            response.write(true, ByteBuffer.wrap(answer), callback);
        }

        private boolean isGenuine(String header, ByteBuffer body) {
            if (header == null || !header.startsWith("sha256=")) {
                return false;
            }
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(key);
                mac.update(body);
                return MessageDigest.isEqual(mac.doFinal(), HexFormat.of().parseHex(header.substring(7)));
            } catch (GeneralSecurityException | IllegalArgumentException notGenuine) {
                return false;
            }
        }
    }
}
