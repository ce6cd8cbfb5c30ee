package io.openclaw.tokenbucket.console;

import java.util.Map;

import io.openclaw.tokenbucket.observability.endpoint.ReplicationView;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsView;

/**
 * The state of one gateway at one moment, which the page draws: the answers of the
 * endpoints, and counts that metrics show as well. Immutable.
 *
 * @param at milliseconds since the epoch, by the gateway's clock
 * @param tokenBuckets the answer of the endpoint {@code tokenbuckets}, of a short while
 * ago where a gateway holds very many buckets
 * @param replication the answer of the endpoint {@code replication}
 * @param decisions decisions since start, by limit
 * @param circuits {@code closed}, {@code half_open} or {@code open}, by route
 */
public record ConsoleSample(long at, TokenBucketsView tokenBuckets, ReplicationView replication,
		Map<String, DecisionCounts.Snapshot> decisions, Map<String, String> circuits) {
}
