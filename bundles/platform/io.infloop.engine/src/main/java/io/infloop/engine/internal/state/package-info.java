/** What one run knows about itself while it is going on. */
package io.infloop.engine.internal.state;
