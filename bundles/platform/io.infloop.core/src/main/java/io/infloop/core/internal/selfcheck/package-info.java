/** Checks at a start that the server's secrets are nowhere else. */
package io.infloop.core.internal.selfcheck;
