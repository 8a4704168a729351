/** Puts the engine together and offers it as services. */
package io.infloop.engine.internal;
