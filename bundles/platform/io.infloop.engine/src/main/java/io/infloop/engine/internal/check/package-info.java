/** Says what is wrong with a workflow document before it is saved. */
package io.infloop.engine.internal.check;
