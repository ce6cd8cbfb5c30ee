package io.openclaw.tokenbucket.observability;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;

/**
 * Remembers whose requests were rejected here, when, and why. At most
 * {@value #MAX_REMEMBERED} callers are remembered; of more, those are forgotten whose
 * last rejection is longest ago. An admitted request touches nothing. Thread-safe.
 */
public final class Rejections implements DecisionListener {

	/** So many callers, at the most, are remembered. */
	public static final int MAX_REMEMBERED = 4096;

	private static final int STRIPES = 16;

	private static final Comparator<Rejection> MOST_FIRST = Comparator.comparingLong(Rejection::count).reversed();

	private final InstantSource clock;

	private final Stripe[] stripes = Stream.generate(Stripe::new).limit(STRIPES).toArray(Stripe[]::new);

	/**
	 * Creates an empty memory.
	 * @param clock stamps rejections
	 */
	public Rejections(InstantSource clock) {
		this.clock = clock;
	}

	@Override
	public void onDecision(DecisionEvent event) {
		Decision decision = event.decision();
		if (decision.outcome() == Outcome.REJECTED && decision.reason() != Reason.OTHER_LIMIT) {
			Caller caller = new Caller(event.limit(), event.key());
			stripeOf(caller).add(caller, decision.reason(), event.tokens(), this.clock.instant());
		}
	}

	/**
	 * The rejections of one caller.
	 * @param limit the name of the limit
	 * @param key the key by which the limiter knows it
	 * @return what is remembered, empty if nothing
	 */
	public Optional<Rejection> find(String limit, String key) {
		Caller caller = new Caller(limit, key);
		return Optional.ofNullable(stripeOf(caller).find(caller));
	}

	/**
	 * The callers whom a limit rejected most.
	 * @param limit the name of the limit
	 * @param count how many at the most, not negative
	 * @return their rejections, the most first
	 */
	public List<Rejection> most(String limit, int count) {
		return Arrays.stream(this.stripes)
			.flatMap((stripe) -> stripe.of(limit).stream())
			.sorted(MOST_FIRST)
			.limit(count)
			.toList();
	}

	private Stripe stripeOf(Caller caller) {
		int hash = caller.hashCode();
		return this.stripes[(hash ^ (hash >>> 16)) & (STRIPES - 1)];
	}

	/**
	 * The rejections of one caller by one limit. Immutable.
	 *
	 * @param key the key by which the limiter knows the caller
	 * @param count how many were remembered, at least one
	 * @param at when the last was
	 * @param reason of the last
	 * @param tokens what the last would have cost
	 */
	public record Rejection(String key, long count, Instant at, Reason reason, long tokens) {
	}

	private record Caller(String limit, String key) {
	}

	private static final class Stripe {

		// The one whose last rejection is longest ago comes first.
		private final Map<Caller, Rejection> byCaller = new LinkedHashMap<>(16, 0.75f, true) {

			@Override
			protected boolean removeEldestEntry(Map.Entry<Caller, Rejection> eldest) {
				return size() > MAX_REMEMBERED / STRIPES;
			}

		};

		synchronized void add(Caller caller, Reason reason, long tokens, Instant at) {
			this.byCaller.compute(caller, (same, former) -> new Rejection(caller.key(),
					(former != null) ? former.count() + 1 : 1, at, reason, tokens));
		}

		// Must not make it the last to be forgotten.
		synchronized @Nullable Rejection find(Caller caller) {
			return this.byCaller.entrySet()
				.stream()
				.filter((entry) -> entry.getKey().equals(caller))
				.map(Map.Entry::getValue)
				.findFirst()
				.orElse(null);
		}

		synchronized List<Rejection> of(String limit) {
			return this.byCaller.entrySet()
				.stream()
				.filter((entry) -> entry.getKey().limit().equals(limit))
				.map(Map.Entry::getValue)
				.toList();
		}

	}

}
