package io.openclaw.tokenbucket.gateway;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.RequestCosts.FixedCost;
import io.openclaw.tokenbucket.gateway.key.AmbiguousKeyException;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.RequestKey;
import io.openclaw.tokenbucket.limiter.decision.Charge;

/**
 * The application of a limit to requests: whose bucket they draw on and what they cost.
 * Immutable.
 *
 * @param name the name of the limit
 * @param key whose bucket it is
 * @param cost what a request costs
 * @param onMissingKey what happens to a request without a key
 * @param bucketNames how buckets are named
 * @param scope whether routes share buckets
 * @param plans callers for which other limits stand in
 * @param settling how requests are settled whose cost is taken in advance; {@code null}
 * where it is final
 */
public record RequestLimit(String name, RequestKey key, RequestCost cost, MissingKeyPolicy onMissingKey,
		BucketNames bucketNames, Scope scope, Plans plans, @Nullable Settling settling) {

	/**
	 * Where the limiter keeps the bucket of a caller.
	 * @param exchange the request
	 * @return the bucket; empty if the request has no key and none is shared; an
	 * {@link AmbiguousKeyException} if it has several
	 */
	public Mono<CallerBucket> bucketOf(ServerWebExchange exchange) {
		return bucketOf(this.key.resolve(exchange), exchange);
	}

	private Mono<CallerBucket> bucketOf(Mono<String> value, ServerWebExchange exchange) {
		Mono<CallerBucket> bucket = (this.plans.source() == null) ? value.map(this::bucketOf)
				: value.flatMap((known) -> chosenBucketOf(known, exchange));
		return ((this.onMissingKey == MissingKeyPolicy.SHARED) ? bucket.defaultIfEmpty(keylessBucket()) : bucket)
			.map((shared) -> locate(shared, exchange));
	}

	private CallerBucket keylessBucket() {
		return new CallerBucket(this.name, BucketNames.SHARED);
	}

	/**
	 * Where the limiter keeps the bucket of a caller that an operator names, and why.
	 * @param text the key as it is in a request, as people write it, or an id
	 * @return reasons for people by the bucket, where routes share buckets; several where
	 * the text may be an id or a key, or each request brings its plan
	 */
	public Map<CallerBucket, String> bucketsOfWritten(String text) {
		Map<CallerBucket, String> reasons = new LinkedHashMap<>();
		this.bucketNames.namesOfWritten(this.key, text)
			.forEach((name) -> this.plans.explain(name, () -> this.bucketNames.formerNamesOf(this.key, text))
				.forEach((limit, reason) -> reasons.put(new CallerBucket(limit, name), reason)));
		return reasons;
	}

	private CallerBucket bucketOf(String value) {
		String name = this.bucketNames.nameOf(this.key, value);
		return new CallerBucket(listedLimit(name, value), name);
	}

	private String listedLimit(String name, String value) {
		return Objects.requireNonNullElse(listed(name, value), this.name);
	}

	private @Nullable String listed(String name, String value) {
		return this.plans.listed(name, () -> this.bucketNames.formerNamesOf(this.key, value));
	}

	private Mono<CallerBucket> chosenBucketOf(String value, ServerWebExchange exchange) {
		String name = this.bucketNames.nameOf(this.key, value);
		String listed = listed(name, value);
		return (listed != null) ? Mono.just(new CallerBucket(listed, name))
				: this.plans.chosen(exchange, value, name).map((limit) -> new CallerBucket(limit, name));
	}

	private CallerBucket locate(CallerBucket shared, ServerWebExchange exchange) {
		if (this.scope == Scope.SHARED) {
			return shared;
		}
		Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
		return shared.onRoute((route != null) ? route.getId() : null);
	}

	/**
	 * What every request costs.
	 * @return whole tokens; empty if requests differ
	 */
	public OptionalLong fixedCost() {
		return (this.cost instanceof FixedCost fixed) ? OptionalLong.of(fixed.tokens()) : OptionalLong.empty();
	}

	/**
	 * Whether a limit of the limiter is this one or stands in for it.
	 * @param limit its name
	 * @return {@code true} if requests meet it through this limit
	 */
	boolean covers(String limit) {
		return this.name.equals(limit) || this.plans.include(limit);
	}

	/**
	 * What a request costs, and who pays. Most keys and costs are known at once.
	 */
	Mono<Bill> bill(ServerWebExchange exchange) {
		Mono<String> value = this.key.resolve(exchange);
		Callable<String> known = Immediate.known(value);
		if (known != null && this.plans.source() == null && this.cost instanceof FixedCost fixed) {
			return bill(known, fixed.tokens(), exchange);
		}
		return bucketOf(value, exchange).flatMap((bucket) -> charge(exchange, bucket))
			.defaultIfEmpty(billWithoutKey())
			.onErrorReturn(AmbiguousKeyException.class, Bill.keyless(this));
	}

	private Mono<Bill> bill(Callable<String> known, long tokens, ServerWebExchange exchange) {
		try {
			String value = known.call();
			if (value == null && this.onMissingKey != MissingKeyPolicy.SHARED) {
				return Mono.just(billWithoutKey());
			}
			CallerBucket bucket = (value != null) ? bucketOf(value) : keylessBucket();
			return Mono.just(Bill.of(charge(exchange, locate(bucket, exchange), tokens), this));
		}
		catch (AmbiguousKeyException ex) {
			return Mono.just(Bill.keyless(this));
		}
		catch (Exception ex) {
			return Mono.error(ex);
		}
	}

	private Bill billWithoutKey() {
		return (this.onMissingKey == MissingKeyPolicy.REJECT) ? Bill.keyless(this) : Bill.EMPTY;
	}

	private Mono<Bill> charge(ServerWebExchange exchange, CallerBucket bucket) {
		return this.cost.of(exchange).map((tokens) -> Bill.of(charge(exchange, bucket, tokens), this));
	}

	private Charge charge(ServerWebExchange exchange, CallerBucket bucket, long tokens) {
		return (this.settling != null && OpenSettlements.of(exchange) != null)
				? Charge.inAdvance(bucket.limit(), bucket.key(), tokens, this.settling.overdraftOf(tokens))
				: new Charge(bucket.limit(), bucket.key(), tokens);
	}

}
