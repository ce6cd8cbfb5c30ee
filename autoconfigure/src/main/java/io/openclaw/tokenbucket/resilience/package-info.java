/**
 * What keeps a fleet within its means when something is wrong with it or behind it:
 * {@code DriftMonitor} starts and ends fallback when replicas disagree,
 * {@code LatencyCircuitBreaker} stops requests to an upstream that is slow.
 */
@NullMarked
package io.openclaw.tokenbucket.resilience;

import org.jspecify.annotations.NullMarked;
