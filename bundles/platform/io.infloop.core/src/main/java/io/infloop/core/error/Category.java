package io.infloop.core.error;

/** Whose fault an error is; decides what a caller should do about it. */
public enum Category {
    /** The request is wrong; changing it helps. */
    USER,
    /** A rule of the operator or of the security posture forbids it. */
    POLICY,
    /** A plugin is missing, broken or busy. */
    PLUGIN,
    /** A bound or a resource is exhausted; later may help. */
    RESOURCE,
    /** Something outside of the server failed. */
    EXTERNAL,
    /** A defect of the server. */
    INTERNAL
}
