/**
 * The drop-in for Spring Cloud Gateway's own filter {@code RequestRateLimiter}.
 */
@NullMarked
package io.openclaw.tokenbucket.gateway.ratelimiter;

import org.jspecify.annotations.NullMarked;
