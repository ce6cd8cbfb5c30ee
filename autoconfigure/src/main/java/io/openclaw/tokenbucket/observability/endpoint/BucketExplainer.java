package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.observability.CircuitStates;
import io.openclaw.tokenbucket.observability.Rejections;
import io.openclaw.tokenbucket.observability.Rejections.Rejection;
import io.openclaw.tokenbucket.observability.VisibleText;
import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * Explains what becomes of the requests of one caller, over all limits. Looking creates
 * no bucket. Thread-safe.
 */
public final class BucketExplainer {

	private final TokenBucketLimiter limiter;

	private final KeyLookup keys;

	private final DriftSource drift;

	private final Rejections rejections;

	private final CircuitStates circuits;

	/**
	 * Creates an explainer.
	 * @param limiter what decides
	 * @param keys finds the buckets of a caller
	 * @param drift tells which limits are in fallback
	 * @param rejections remembers who was rejected
	 * @param circuits tells which routes answer early
	 */
	public BucketExplainer(TokenBucketLimiter limiter, KeyLookup keys, DriftSource drift, Rejections rejections,
			CircuitStates circuits) {
		this.limiter = limiter;
		this.keys = keys;
		this.drift = drift;
		this.rejections = rejections;
		this.circuits = circuits;
	}

	/**
	 * Explains a caller.
	 * @param key the key as the caller sends it, as other views show it, or its id
	 * @return the explanation
	 */
	public ExplanationView explain(String key) {
		List<CallerCase> cases = places(VisibleText.original(key)).stream().map(this::caseAt).toList();
		return new ExplanationView(VisibleText.of(key), VisibleText.of(this.limiter.self().toString()),
				Display.name(this.limiter.state()), cases.stream().anyMatch(CallerCase::isKnown),
				Stream.concat(likely(cases).stream().map(this::view), closed(VisibleText.of(key))).toList());
	}

	// Those that routes name, and those that only the application's own code knows.
	private List<CallerPlace> places(String key) {
		Set<String> limits = this.limiter.limits();
		List<CallerPlace> places = new ArrayList<>(
				this.keys.placesOf(key).stream().filter((place) -> limits.contains(place.plan())).toList());
		new TreeSet<>(limits).stream()
			.filter((limit) -> this.keys.requestsTo(limit) == null)
			.forEach((limit) -> Stream.of(key, this.keys.keyOf(limit, key))
				.distinct()
				.forEach((held) -> places.add(new CallerPlace(limit, limit, null, held, this.keys.routesOf(limit)))));
		return places;
	}

	private Stream<ExplanationView.OfLimit> closed(String key) {
		Map<String, String> states = this.circuits.get();
		return new TreeMap<>(this.keys.closedRoutes()).entrySet()
			.stream()
			.map((closed) -> new ExplanationView.OfLimit(closed.getKey(), closed.getKey(), null, key,
					Display.name(Verdict.CLOSED), false, BigDecimal.ZERO, BigDecimal.ZERO, null, null, null, 0, null,
					only(List.of(closed.getValue()), states), Remedy.OPEN));
	}

	private static Map<String, String> only(List<String> routes, Map<String, String> states) {
		Map<String, String> kept = new LinkedHashMap<>(states);
		kept.keySet().retainAll(routes);
		return kept;
	}

	private CallerCase caseAt(CallerPlace place) {
		BucketStatus bucket = bucketAt(place);
		Rejection rejection = this.rejections.find(place.plan(), place.key()).orElse(null);
		long cost = (rejection != null) ? rejection.tokens() : this.keys.fixedCostOf(place.plan()).orElse(1);
		return new CallerCase(place, this.limiter.policy(place.plan()), bucket,
				this.limiter.sinceDropped(place.plan(), place.key()).orElse(null), rejection,
				this.drift.drift(place.plan()).fallback(), cost);
	}

	private @Nullable BucketStatus bucketAt(CallerPlace place) {
		Optional<BucketStatus> own = this.limiter.find(place.plan(), place.key());
		return own.or(() -> Optional.of(this.limiter.peek(place.plan(), place.key())).filter(BucketStatus::overflow))
			.orElse(null);
	}

	// A text that may be a key or an id has two places under one plan; the one that is
	// not known says nothing then.
	private static List<CallerCase> likely(List<CallerCase> cases) {
		Map<List<Object>, String> keys = new HashMap<>();
		for (CallerCase each : cases) {
			keys.merge(placeOf(each), each.place().key(), (first, second) -> each.isKnown() ? second : first);
		}
		return cases.stream().filter((each) -> each.place().key().equals(keys.get(placeOf(each)))).toList();
	}

	private static List<Object> placeOf(CallerCase caller) {
		return List.of(caller.place().limit(), caller.place().routes());
	}

	private ExplanationView.OfLimit view(CallerCase caller) {
		CallerPlace place = caller.place();
		Limit limit = caller.policy().limit();
		BucketStatus bucket = caller.bucket();
		Rejection rejection = caller.rejection();
		Map<String, String> states = only(place.routes(), this.circuits.get());
		return new ExplanationView.OfLimit(place.limit(), place.plan(), place.planFrom(), VisibleText.of(place.key()),
				Display.name(caller.verdict()), bucket != null && bucket.overflow(), Display.tokens(limit.capacity()),
				Display.tokensPerSecond(limit.refillRate()), (bucket != null) ? Display.tokens(bucket.level()) : null,
				(bucket != null) ? Display.tokens(bucket.spendable()) : null,
				(bucket != null) ? Display.millis(bucket.timeToNextToken()) : null,
				(rejection != null) ? rejection.count() : 0, (rejection != null) ? RejectionView.of(rejection) : null,
				states, Remedy.of(caller, states));
	}

}
