package io.openclaw.tokenbucket.limiter.bucket;

import io.openclaw.tokenbucket.limiter.rule.MemberLists;

/**
 * What the buckets of one limit share. Thread-safe.
 *
 * @param limit the rules, and what changes them
 * @param statistics what was decided
 * @param queues the buckets with which something is to be done
 * @param members lists of members that buckets at rest share
 * @param <B> that of the queues
 */
public record Surroundings<B>(LimitContext limit, LimitStatistics statistics, BucketQueues<B> queues,
		MemberLists members) {

}
