package io.openclaw.tokenbucket.observability.endpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.observability.Rejections;
import io.openclaw.tokenbucket.observability.Rejections.Rejection;
import io.openclaw.tokenbucket.observability.VisibleText;
import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * {@link Endpoint @Endpoint} that shows limits and their buckets. Looking creates no
 * bucket. {@link TokenBucketsWebExtension} adds the writes.
 */
@Endpoint(id = "tokenbuckets", defaultAccess = Access.READ_ONLY)
public class TokenBucketsEndpoint {

	private static final int BUSIEST_IN_OVERVIEW = 10;

	private static final int BUSIEST_OF_LIMIT = 100;

	private final TokenBucketLimiter limiter;

	private final KeyLookup keys;

	private final DriftSource drift;

	private final Rejections rejections;

	/**
	 * Creates the endpoint.
	 * @param limiter what decides
	 * @param keys finds the bucket of a caller by what it sends
	 * @param drift tells how limits drift
	 * @param rejections remembers who was rejected
	 */
	public TokenBucketsEndpoint(TokenBucketLimiter limiter, KeyLookup keys, DriftSource drift, Rejections rejections) {
		this.limiter = limiter;
		this.keys = keys;
		this.drift = drift;
		this.rejections = rejections;
	}

	/**
	 * All limits, each with its busiest keys.
	 * @return the view
	 */
	@ReadOperation
	public TokenBucketsView tokenBuckets() {
		Map<String, LimitView> limits = new LinkedHashMap<>();
		this.limiter.limits().stream().sorted().forEach((name) -> limits.put(name, view(name, BUSIEST_IN_OVERVIEW)));
		return new TokenBucketsView(VisibleText.of(this.limiter.self().toString()), Display.name(this.limiter.state()),
				Collections.unmodifiableMap(limits));
	}

	/**
	 * One limit, with more of its busiest keys.
	 * @param limit its name
	 * @return the view; {@code null}, which is HTTP 404, if there is no such limit
	 */
	@ReadOperation
	public @Nullable LimitView limit(@Selector String limit) {
		return isKnown(limit) ? view(limit, BUSIEST_OF_LIMIT) : null;
	}

	/**
	 * One bucket with the entries of every member.
	 * @param limit the name of the limit
	 * @param key the key as the other views show it, or as the caller sent it
	 * @return the view; {@code null}, which is HTTP 404, if there is no such limit or
	 * this member holds no such bucket
	 */
	@ReadOperation
	public @Nullable BucketView bucket(@Selector String limit, @Selector String key) {
		return find(limit, key).map((bucket) -> BucketView.of(bucket, rejectionOf(bucket))).orElse(null);
	}

	Optional<BucketStatus> find(String limit, String key) {
		if (!isKnown(limit)) {
			return Optional.empty();
		}
		return this.limiter.find(limit, key)
			.or(() -> this.limiter.find(limit, VisibleText.original(key)))
			.or(() -> this.limiter.find(limit, this.keys.keyOf(limit, key)))
			.or(() -> findOnPlan(limit, VisibleText.original(key)));
	}

	// Callers whom an override lists have their buckets under its name.
	private Optional<BucketStatus> findOnPlan(String limit, String key) {
		return this.keys.placesOf(key)
			.stream()
			.filter((place) -> place.limit().equals(limit) && isKnown(place.plan()))
			.flatMap((place) -> this.limiter.find(place.plan(), place.key()).stream())
			.findFirst();
	}

	private Optional<Rejection> rejectionOf(BucketStatus bucket) {
		return this.rejections.find(bucket.limit().name(), bucket.key());
	}

	PlanKeys planKeys(LimitControl control) {
		return new PlanKeys(control, this.keys);
	}

	OptionalLong fixedCostOf(String limit) {
		return this.keys.fixedCostOf(limit);
	}

	private LimitView view(String limit, int shown) {
		return LimitView.of(this.limiter.status(limit), this.limiter.adaptive().status(limit).orElse(null),
				this.keys.requestsTo(limit), this.limiter.state(), this.drift.drift(limit),
				this.limiter.busiest(limit, shown)
					.stream()
					.map((bucket) -> BucketSummaryView.of(bucket, rejectionOf(bucket)))
					.toList(),
				this.rejections.most(limit, shown).stream().map(RejectedKeyView::of).toList());
	}

	private boolean isKnown(String limit) {
		return this.limiter.limits().contains(limit);
	}

}
