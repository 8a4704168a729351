/** The ingress of a whole server under load, against a bare handler that only verifies signatures. */
package io.infloop.bench.load;
