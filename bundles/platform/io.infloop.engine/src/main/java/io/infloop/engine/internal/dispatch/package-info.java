/** Takes waiting items out of the queue when they may start. */
package io.infloop.engine.internal.dispatch;
