package io.openclaw.tokenbucket.gateway;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.RequestKey;
import io.openclaw.tokenbucket.limiter.Charge;

/**
 * How a limit applies to requests: whose bucket they draw on and what they cost.
 * Immutable.
 *
 * @param name the name of the limit
 * @param key whose bucket it is
 * @param cost what a request costs
 * @param onMissingKey what happens to a request without a key
 * @param bucketNames how buckets are named
 */
public record RequestLimit(String name, RequestKey key, RequestCost cost, MissingKeyPolicy onMissingKey,
		BucketNames bucketNames) {

	/**
	 * The name of the caller's bucket: the key to ask the limiter for.
	 * @param exchange the request
	 * @return the name; empty if the request has no key and none is shared
	 */
	public Mono<String> bucketOf(ServerWebExchange exchange) {
		Mono<String> name = this.key.resolve(exchange).map((value) -> this.bucketNames.nameOf(this.key, value));
		return (this.onMissingKey == MissingKeyPolicy.SHARED) ? name.defaultIfEmpty(BucketNames.SHARED) : name;
	}

	Mono<Bill> bill(ServerWebExchange exchange) {
		return bucketOf(exchange).flatMap((bucket) -> charge(exchange, bucket))
			.defaultIfEmpty((this.onMissingKey == MissingKeyPolicy.REJECT) ? Bill.keyless(this) : Bill.EMPTY);
	}

	private Mono<Bill> charge(ServerWebExchange exchange, String bucket) {
		return this.cost.of(exchange).map((tokens) -> Bill.of(new Charge(this.name, bucket, tokens)));
	}

}
