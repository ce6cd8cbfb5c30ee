/**
 * What callers are told of a decision: rate limit headers and problem bodies.
 */
@NullMarked
package io.openclaw.tokenbucket.gateway.answer;

import org.jspecify.annotations.NullMarked;
