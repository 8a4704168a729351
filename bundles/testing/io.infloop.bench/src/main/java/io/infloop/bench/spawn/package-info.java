/** Starting children under supervision beside a shell that starts the same wrappers. */
package io.infloop.bench.spawn;
