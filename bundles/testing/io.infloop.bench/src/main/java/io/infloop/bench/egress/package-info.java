/** The egress proxy beside direct connections. */
package io.infloop.bench.egress;
