package io.openclaw.tokenbucket.test;

import java.util.List;
import java.util.Objects;

import org.assertj.core.api.AssertProvider;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.observability.endpoint.CallerPlace;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;

/**
 * The bucket of a caller, as it is at the moment that it is asked. AssertJ's
 * {@code assertThat} answers it with a {@link TestBucketAssert}. Immutable.
 */
public final class TestBucket implements AssertProvider<TestBucketAssert> {

	private final TokenBucketLimiter limiter;

	private final KeyLookup keys;

	private final String limit;

	private final String key;

	private final @Nullable String route;

	TestBucket(TokenBucketLimiter limiter, KeyLookup keys, String limit, String key, @Nullable String route) {
		this.limiter = limiter;
		this.keys = keys;
		this.limit = limit;
		this.key = key;
		this.route = route;
	}

	/**
	 * The caller's bucket on one route, for limits with {@code scope: route}.
	 * @param id the id of the route
	 * @return that bucket
	 */
	public TestBucket onRoute(String id) {
		return new TestBucket(this.limiter, this.keys, this.limit, this.key, id);
	}

	/**
	 * What is in the bucket. Does not count as use.
	 * @return its status now
	 * @throws IllegalArgumentException if there is no such limit, or one bucket a route
	 * and no route was named
	 */
	public BucketStatus status() {
		CallerPlace place = place();
		return this.limiter.peek(place.plan(), place.key());
	}

	// An API key that looks like an id may be either: the one in use is meant.
	private CallerPlace place() {
		List<CallerPlace> places = this.keys.placesOf(this.key)
			.stream()
			.filter((place) -> place.limit().equals(this.limit))
			.filter((place) -> this.route == null || place.routes().contains(this.route))
			.toList();
		// Where each request brings its plan, those under a plan are asked for by its
		// name.
		if (places.stream().map(CallerPlace::plan).distinct().count() > 1) {
			places = places.stream().filter((place) -> place.plan().equals(this.limit)).toList();
		}
		List<CallerPlace> used = places.stream()
			.filter((place) -> this.limiter.find(place.plan(), place.key()).isPresent())
			.toList();
		List<CallerPlace> meant = (places.size() == 1 || used.isEmpty()) ? places : used;
		if (meant.size() > 1) {
			throw new IllegalArgumentException("%s is one of several: name a route with onRoute, of %s".formatted(this,
					meant.stream().map(CallerPlace::routes).toList()));
		}
		return meant.isEmpty()
				? new CallerPlace(this.limit, this.limit, null, this.keys.keyOf(this.limit, this.key), List.of())
				: meant.get(0);
	}

	@Override
	public TestBucketAssert assertThat() {
		return new TestBucketAssert(this);
	}

	@Override
	public boolean equals(Object other) {
		return this == other || other instanceof TestBucket bucket && this.limiter == bucket.limiter
				&& this.limit.equals(bucket.limit) && this.key.equals(bucket.key)
				&& Objects.equals(this.route, bucket.route);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.limit, this.key, this.route);
	}

	@Override
	public String toString() {
		return "the bucket of '%s' in the limit '%s'%s".formatted(this.key, this.limit,
				(this.route != null) ? " on the route '" + this.route + "'" : "");
	}

}
