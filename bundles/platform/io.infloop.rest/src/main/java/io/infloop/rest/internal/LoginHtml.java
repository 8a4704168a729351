package io.infloop.rest.internal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The login page as text: complete in itself, without a script. */
final class LoginHtml {
    private static final String STYLE =
            """
            :root{color-scheme:light dark;--bg:#f4f2ee;--card:#fff;--ink:#1d1c1a;--dim:#6b6862;--line:#d8d4cc;--go:#b4532a;--bad:#a3231f}
            @media (prefers-color-scheme:dark){:root{--bg:#141310;--card:#1d1b18;--ink:#ece8e1;--dim:#9a958c;--line:#37332d;--go:#e08a5c;--bad:#f08a80}}
            *{box-sizing:border-box}
            body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
            main{width:100%;max-width:24rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
            h1{margin:0 0 1.5rem;font-size:1.25rem}
            h1 span{color:var(--dim);font-weight:400}
            label{display:block;margin-bottom:.25rem;color:var(--dim);font-size:.875rem}
            input,button{width:100%;padding:.625rem .75rem;border:1px solid var(--line);border-radius:8px;font:inherit}
            input{background:var(--bg);color:var(--ink)}
            button{margin-top:1rem;border-color:var(--go);background:var(--go);color:var(--card);font-weight:600;cursor:pointer}
            input:focus-visible,button:focus-visible{outline:2px solid var(--go);outline-offset:2px}
            .problem{margin:.75rem 0 0;color:var(--bad)}
            """;

    /** The style is allowed by its hash, the form may only be sent here; nothing else is allowed. */
    static final String POLICY = "default-src 'none'; style-src 'sha256-" + sha256(STYLE)
            + "'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private static final String PAGE =
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>Infinite Loop · Log in</title>
            <link rel="icon" href="data:,">
            <style>%STYLE%</style>
            </head>
            <body>
            <main>
            <h1>Inf·Loop <span>Console</span></h1>
            <form method="post" action="/login">
            <input type="hidden" name="next" value="%NEXT%">
            <label for="token">Token of this server</label>
            <input id="token" name="token" type="password" autocomplete="current-password" required autofocus%INVALID%>
            %PROBLEM%<button type="submit">Log in</button>
            </form>
            </main>
            </body>
            </html>
            """;

    private LoginHtml() {}

    /** @param problem a sentence of ours, or empty */
    static String page(String next, String problem) {
        return PAGE.replace("%STYLE%", STYLE)
                .replace("%INVALID%", problem.isEmpty() ? "" : " aria-invalid=\"true\" aria-describedby=\"problem\"")
                .replace(
                        "%PROBLEM%",
                        problem.isEmpty()
                                ? ""
                                : "<p class=\"problem\" id=\"problem\" role=\"alert\">" + escaped(problem) + "</p>\n")
                // Last: what a visitor sent is put in and not looked at again.
                .replace("%NEXT%", escaped(next));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String sha256(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
