package io.openclaw.tokenbucket.limiter.bucket;

/**
 * What the buckets of one limit share. Thread-safe.
 *
 * @param limit the rules, and what changes them
 * @param statistics what was decided
 * @param queues the buckets with which something is to be done
 * @param <B> the bucket type
 */
public record Surroundings<B>(LimitContext limit, LimitStatistics statistics, BucketQueues<B> queues) {

}
