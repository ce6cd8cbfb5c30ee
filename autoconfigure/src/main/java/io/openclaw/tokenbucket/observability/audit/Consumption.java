package io.openclaw.tokenbucket.observability.audit;

import java.math.BigDecimal;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Tokens that a member consumed of a bucket. Immutable.
 *
 * @param number counts what this member consumed since it started, from 1
 * @param at when
 * @param member the member
 * @param birth the number under which it counts its spending of this bucket
 * @param limit the name of the limit
 * @param key whose bucket, as endpoints show it: an API key by its id; {@code null} of
 * the bucket that keys beyond the bound share
 * @param tokens how many; negative if they were given back
 */
record Consumption(long number, Instant at, String member, long birth, String limit, @Nullable String key,
		BigDecimal tokens) {
}
