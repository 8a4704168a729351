package io.infloop.bench;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Deliveries in the shape that GitHub documents for {@code pull_request}, about 24 KB each. */
public final class GithubDelivery {
    /** The secret all benchmarks sign with; it protects nothing. */
    public static final String SECRET = "a secret that is only used for measuring";

    private static final List<String> REPOSITORY_LINKS = List.of(
            "forks_url",
            "keys_url",
            "collaborators_url",
            "teams_url",
            "hooks_url",
            "issue_events_url",
            "events_url",
            "assignees_url",
            "branches_url",
            "tags_url",
            "blobs_url",
            "git_tags_url",
            "git_refs_url",
            "trees_url",
            "statuses_url",
            "languages_url",
            "stargazers_url",
            "contributors_url",
            "subscribers_url",
            "subscription_url",
            "commits_url",
            "git_commits_url",
            "comments_url",
            "issue_comment_url",
            "contents_url",
            "compare_url",
            "merges_url",
            "archive_url",
            "downloads_url",
            "issues_url",
            "pulls_url",
            "milestones_url",
            "notifications_url",
            "labels_url",
            "releases_url",
            "deployments_url");
    private static final List<String> USER_LINKS = List.of(
            "url",
            "html_url",
            "followers_url",
            "following_url",
            "gists_url",
            "starred_url",
            "subscriptions_url",
            "organizations_url",
            "repos_url",
            "events_url",
            "received_events_url");
    private static final List<String> WORDS = List.of(
            "queue",
            "worker",
            "retry",
            "the",
            "a",
            "when",
            "delivery",
            "is",
            "accepted",
            "twice",
            "and",
            "commit",
            "after",
            "sync",
            "returns",
            "test",
            "branch",
            "fix",
            "node",
            "template",
            "without",
            "lease",
            "plugin");

    private GithubDelivery() {}

    /** @param number of the pull request; other numbers make other texts of the same size */
    public static byte[] body(int number) {
        Random random = new Random(number);
        StringBuilder json = new StringBuilder(26_000);
        json.append("{\"action\":\"opened\",\"number\":").append(number).append(",\"pull_request\":{");
        link(json, "url", "repos/octo-org/widgets/pulls/" + number);
        json.append(",\"id\":").append(1_400_000_000L + number);
        json.append(",\"node_id\":\"PR_kwDO").append(hex(random, 10)).append('"');
        json.append(",\"number\":").append(number);
        json.append(",\"state\":\"open\",\"locked\":false,\"draft\":false,\"merged\":false,\"mergeable\":null");
        json.append(",\"title\":\"").append(words(random, 9)).append("\",\"user\":");
        user(json, "octocat", 583231);
        json.append(",\"body\":\"").append(words(random, 1_150)).append('"');
        json.append(",\"created_at\":\"2026-11-21T10:00:00Z\",\"updated_at\":\"2026-11-21T10:00:00Z\"");
        json.append(",\"merge_commit_sha\":null,\"requested_reviewers\":[],\"labels\":[],\"head\":");
        branch(json, "octocat:fix-" + number, "fix-" + number, random);
        json.append(",\"base\":");
        branch(json, "octo-org:main", "main", random);
        json.append(",\"commits\":3,\"additions\":120,\"deletions\":14,\"changed_files\":7},\"repository\":");
        repository(json, "octo-org", 1_296_269);
        json.append(",\"organization\":{\"login\":\"octo-org\",\"id\":6811672},\"sender\":");
        user(json, "octocat", 583231);
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The value of {@code x-hub-signature-256}. */
    public static String signature(byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every JDK has HmacSHA256", missing);
        }
    }

    private static void branch(StringBuilder json, String label, String ref, Random random) {
        json.append("{\"label\":\"")
                .append(label)
                .append("\",\"ref\":\"")
                .append(ref)
                .append("\",\"sha\":\"");
        json.append(hex(random, 20)).append("\",\"user\":");
        user(json, "octocat", 583231);
        json.append(",\"repo\":");
        repository(json, "octocat", 1_296_270);
        json.append('}');
    }

    private static void repository(StringBuilder json, String owner, long id) {
        json.append("{\"id\":")
                .append(id)
                .append(",\"name\":\"widgets\",\"full_name\":\"")
                .append(owner);
        json.append("/widgets\",\"private\":false,\"owner\":");
        user(json, owner, id % 100_000);
        json.append(",\"description\":\"Widgets of every kind\",\"fork\":false");
        for (String name : REPOSITORY_LINKS) {
            json.append(',');
            link(json, name, "repos/" + owner + "/widgets/" + name.replace("_url", "") + "{/number}");
        }
        json.append(",\"size\":10832,\"stargazers_count\":1042,\"language\":\"Java\",\"has_issues\":true");
        json.append(",\"open_issues\":17,\"topics\":[\"widgets\",\"java\"],\"visibility\":\"public\"");
        json.append(",\"default_branch\":\"main\"}");
    }

    private static void user(StringBuilder json, String login, long id) {
        json.append("{\"login\":\"").append(login).append("\",\"id\":").append(id);
        for (String name : USER_LINKS) {
            json.append(',');
            link(json, name, "users/" + login + "/" + name.replace("_url", "") + "{/privacy}");
        }
        json.append(",\"type\":\"User\",\"site_admin\":false}");
    }

    private static void link(StringBuilder json, String name, String path) {
        json.append('"')
                .append(name)
                .append("\":\"https://api.github.example/")
                .append(path)
                .append('"');
    }

    private static String words(Random random, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return text.toString();
    }

    private static String hex(Random random, int bytes) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}
