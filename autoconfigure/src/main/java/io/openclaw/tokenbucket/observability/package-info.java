/**
 * What operators see of the limiter and of replication: health, logs, and below it
 * endpoints and metrics.
 */
@NullMarked
package io.openclaw.tokenbucket.observability;

import org.jspecify.annotations.NullMarked;
