/** Benchmarks of single parts. */
package io.infloop.bench;
