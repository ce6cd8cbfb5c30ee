package io.openclaw.tokenbucket.limiter.port;

import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * A bucket as it travels: whole. Immutable.
 *
 * @param key which bucket
 * @param state its state
 */
public record BucketUpdate(BucketKey key, TokenBucketState state) {
}
