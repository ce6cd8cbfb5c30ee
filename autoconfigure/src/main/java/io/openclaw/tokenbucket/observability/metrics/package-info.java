/**
 * Micrometer meters of decisions, levels and replication.
 */
@NullMarked
package io.openclaw.tokenbucket.observability.metrics;

import org.jspecify.annotations.NullMarked;
