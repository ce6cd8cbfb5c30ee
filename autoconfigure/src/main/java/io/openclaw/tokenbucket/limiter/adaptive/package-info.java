/**
 * Refill rates that follow what the upstream bears, the same on every member.
 */
@NullMarked
package io.openclaw.tokenbucket.limiter.adaptive;

import org.jspecify.annotations.NullMarked;
