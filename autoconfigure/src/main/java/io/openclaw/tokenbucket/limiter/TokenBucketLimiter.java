package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveLimits;
import io.openclaw.tokenbucket.limiter.bucket.LimitContext;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Grant;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Refusal;
import io.openclaw.tokenbucket.limiter.limit.Deviation;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.port.LimitStatus;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;
import io.openclaw.tokenbucket.limiter.store.LimitRegistry;

/**
 * Decides in memory whether a request may spend tokens. Thread-safe; no method blocks or
 * does I/O. A method that takes the name of a limit throws
 * {@link IllegalArgumentException} if no such limit is configured.
 */
public final class TokenBucketLimiter {

	private final BucketStore store;

	private final LimitRegistry limits;

	private final NanoClock clock;

	private final @Nullable DecisionListener listener;

	private final AdmissionControl admissions;

	/**
	 * Creates a limiter.
	 * @param store the buckets
	 * @param clock the clock that the store was created with
	 * @param timer ends the wait of requests beyond the credit
	 * @param listener receives every final decision, may be {@code null}
	 */
	public TokenBucketLimiter(BucketStore store, NanoClock clock, Timer timer, @Nullable DecisionListener listener) {
		this.store = store;
		this.limits = store.limits();
		this.clock = clock;
		this.listener = listener;
		Runnable acknowledgementWanted = () -> store.signal().acknowledgementWanted();
		this.admissions = new AdmissionControl(this::buckets, clock, timer, acknowledgementWanted, listener);
	}

	/**
	 * Consumes tokens of one bucket, if it has them. A request that costs nothing is
	 * always admitted.
	 * @param limit the name of the limit
	 * @param key whose bucket
	 * @param tokens whole tokens, not negative
	 * @return the decision: admitted, rejected with nothing consumed, or waiting
	 * @throws IllegalArgumentException if the limit is unknown or the tokens negative
	 */
	public Decision tryConsume(String limit, String key, long tokens) {
		if (tokens < 0) {
			throw new IllegalArgumentException("tokens must not be negative: " + tokens);
		}
		return this.admissions.consume(buckets(limit), key, tokens);
	}

	/**
	 * Consumes as many tokens of one bucket as may be spent at once. This is for many
	 * requests of one caller in one call, or for a client that fetches tokens in advance.
	 * It never waits. While other members spend from the same bucket, it grants at most
	 * this member's fair share.
	 * @param limit the name of the limit
	 * @param key whose bucket
	 * @param tokens whole tokens, the most that is wanted, at least one
	 * @return what was granted, possibly nothing
	 * @throws IllegalArgumentException if the limit is unknown or the tokens are below
	 * one
	 */
	public Grant tryConsumeUpTo(String limit, String key, long tokens) {
		if (tokens < 1) {
			throw new IllegalArgumentException("tokens must be at least one: " + tokens);
		}
		return this.admissions.grant(buckets(limit), key, tokens);
	}

	/**
	 * Consumes tokens of several buckets, all or nothing. Limits in shadow mode do not
	 * take part in the decision. They are asked after the others have admitted the
	 * request. Each then decides by its level, without a wait, and consumes for itself.
	 * If the others reject the request, they consume nothing. A charge in advance
	 * consumes when the request is admitted. Its decision then has a settlement, for when
	 * the cost is known.
	 * @param charges at least one. Reservations of a waiting request are made in the
	 * order of the names of limits
	 * @return the decision: admitted, rejected with nothing consumed anywhere, or waiting
	 * @throws IllegalArgumentException if a limit is unknown or there are no charges
	 */
	public JointDecision tryConsume(List<Charge> charges) {
		if (charges.isEmpty()) {
			throw new IllegalArgumentException("charges must not be empty");
		}
		return this.admissions.consume(charges);
	}

	/**
	 * Reports a request to listeners that was answered before any bucket was asked.
	 * @param limit the name of a limit that it would have met
	 * @param refusal why
	 */
	public void refused(String limit, Refusal refusal) {
		if (this.listener != null) {
			this.listener.onRefusal(limit, refusal);
		}
	}

	/**
	 * Limits of which each request of a caller is under one.
	 * @return what keeps their buckets together
	 */
	public AlternativeBuckets alternatives() {
		return new AlternativeBuckets(this.store, this.clock);
	}

	/**
	 * The limits whose refill rates follow their upstreams.
	 * @return none unless configured
	 */
	public AdaptiveLimits adaptive() {
		return this.store.adaptive();
	}

	/**
	 * The names of the limits.
	 * @return names in order
	 */
	public Set<String> limits() {
		return this.limits.configured().keySet();
	}

	/**
	 * A limit as it is configured.
	 * @param limit its name
	 * @return the policy
	 */
	public LimitPolicy policy(String limit) {
		return buckets(limit).policy();
	}

	/**
	 * A limit over all its buckets. Looks at every bucket, so do not call it for each
	 * request.
	 * @param limit its name
	 * @return the status
	 */
	public LimitStatus status(String limit) {
		return buckets(limit).status(this.clock.nanoTime());
	}

	/**
	 * Whether a limit differs from the configuration of this member. Quick.
	 * @param limit its name
	 * @return the difference
	 */
	public Deviation deviation(String limit) {
		LimitContext context = buckets(limit).context();
		LimitDefinition configured = context.configured();
		return (configured == null) ? Deviation.NONE : Deviation.of(context.active().definition(), configured);
	}

	/**
	 * The limits that differ from the configuration of this member. Quick.
	 * @return the differences by the names of limits
	 */
	public Map<String, Deviation> deviations() {
		Map<String, Deviation> deviations = new TreeMap<>();
		limits().forEach((limit) -> deviations.put(limit, deviation(limit)));
		deviations.values().removeIf((deviation) -> deviation == Deviation.NONE);
		return deviations;
	}

	/**
	 * How many buckets of a limit are held in memory. Quick.
	 * @param limit its name
	 * @return the number, not negative
	 */
	public long activeKeys(String limit) {
		return buckets(limit).table().count();
	}

	/**
	 * How often a request used the bucket that keys beyond the bound share.
	 * @param limit the name of the limit
	 * @return the number since start, not negative
	 */
	public long overflowed(String limit) {
		return buckets(limit).statistics().overflowed();
	}

	/**
	 * How many requests have taken tokens in advance and are not settled.
	 * @param limit the name of the limit
	 * @return the number, not negative
	 */
	public long openReservations(String limit) {
		return buckets(limit).statistics().unsettled();
	}

	/**
	 * The lowest level of any bucket since the last call, as seen by requests and by
	 * merges.
	 * @param limit the name of the limit
	 * @return micro-tokens; the capacity if there were none
	 */
	public long drainLowestLevel(String limit) {
		return buckets(limit).drainLowestLevel();
	}

	/**
	 * A bucket, if it is held in memory. Does not count as use.
	 * @param limit the name of the limit
	 * @param key whose bucket
	 * @return the bucket, empty if it was never used or is full and forgotten
	 */
	public Optional<BucketStatus> find(String limit, String key) {
		long now = this.clock.nanoTime();
		return buckets(limit).table().find(BucketKey.of(limit, key)).map((bucket) -> bucket.status(now));
	}

	/**
	 * How long ago a full bucket was dropped.
	 * @param limit the name of the limit
	 * @param key whose bucket
	 * @return the time since; empty if it was never dropped, or if many others were
	 * dropped later
	 */
	public Optional<Duration> sinceDropped(String limit, String key) {
		OptionalLong at = this.store.dropped().lastDropOf(BucketKey.of(limit, key));
		return at.isEmpty() ? Optional.empty() : Optional.of(Duration.ofNanos(this.clock.nanoTime() - at.getAsLong()));
	}

	/**
	 * A bucket as a request would find it. Does not count as use.
	 * @param limit the name of the limit
	 * @param key whose bucket
	 * @return the bucket; a fresh one if it is not held in memory, or the one that keys
	 * beyond the bound share
	 */
	public BucketStatus peek(String limit, String key) {
		long now = this.clock.nanoTime();
		return buckets(limit).table().peek(key, now).status(now);
	}

	/**
	 * The buckets from which this member spent most. Looks at every bucket, so do not
	 * call it for each request.
	 * @param limit the name of the limit
	 * @param count the most to return, not negative
	 * @return buckets, the busiest first
	 */
	public List<BucketStatus> busiest(String limit, int count) {
		return buckets(limit).busiest(count, this.clock.nanoTime());
	}

	/**
	 * How much of the fleet this member hears.
	 * @return the state
	 */
	public FleetState state() {
		return this.store.view(this.clock.nanoTime()).state();
	}

	/**
	 * This member.
	 * @return its id
	 */
	public MemberId self() {
		return this.store.self();
	}

	private LimitBuckets buckets(String limit) {
		LimitBuckets buckets = this.limits.get(limit);
		if (buckets == null || !buckets.context().isConfigured()) {
			throw new IllegalArgumentException("no limit is named '" + limit + "'; there are " + limits());
		}
		return buckets;
	}

}
