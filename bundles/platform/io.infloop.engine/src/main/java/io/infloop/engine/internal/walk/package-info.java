/** Walks graphs and executes nodes. */
package io.infloop.engine.internal.walk;
