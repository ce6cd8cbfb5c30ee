/**
 * Observations of decisions: timers and spans of requests that waited or were rejected,
 * and what the span of the server says of all others.
 */
@NullMarked
package io.openclaw.tokenbucket.gateway.observation;

import org.jspecify.annotations.NullMarked;
