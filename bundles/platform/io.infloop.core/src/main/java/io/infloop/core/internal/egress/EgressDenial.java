package io.infloop.core.internal.egress;

/**
 * Something a session did not carry.
 *
 * @param status the HTTP status it was answered with
 * @param reason short and stable, for the audit: {@code host-not-allowed}, {@code address-not-allowed}, {@code malformed}, ...
 * @param target where it wanted to go, {@code host:port}, free of control characters and cut to a sane length; empty when unknown
 * @param sentence what happened and what to do, for people; one line
 */
public record EgressDenial(int status, String reason, String target, String sentence) {}
