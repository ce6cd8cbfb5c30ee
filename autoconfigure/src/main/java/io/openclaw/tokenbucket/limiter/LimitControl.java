package io.openclaw.tokenbucket.limiter;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.LimitControlListener;

/**
 * Changes limits and buckets while requests run. Thread-safe; no method blocks or does
 * I/O. A change serves requests that wait: the buckets of others follow when they are
 * used next.
 */
public final class LimitControl {

	private final BucketStore store;

	private final NanoClock clock;

	private final LimitControlListener listener;

	/**
	 * Creates the control.
	 * @param store the buckets
	 * @param clock the clock that the store was created with
	 */
	public LimitControl(BucketStore store, NanoClock clock) {
		this(store, clock, LimitControlListener.NONE);
	}

	/**
	 * Creates the control.
	 * @param store the buckets
	 * @param clock the clock that the store was created with
	 * @param listener is told what is changed through this control
	 */
	public LimitControl(BucketStore store, NanoClock clock, LimitControlListener listener) {
		this.store = store;
		this.clock = clock;
		this.listener = listener;
	}

	/**
	 * What the fleet must agree on about each limit, as this member follows it.
	 * @return definitions by the name of the limit
	 */
	public Map<String, LimitDefinition> definitions() {
		Map<String, LimitDefinition> definitions = this.store.limits().definitions();
		definitions.keySet().removeAll(this.store.limits().adopted());
		return definitions;
	}

	/**
	 * Where the definition of a limit that this member follows came from.
	 * @param limit its name
	 * @return the source, empty if there is no such limit
	 */
	public Optional<LimitSource> source(String limit) {
		return this.store.limits()
			.find(limit)
			.filter((buckets) -> buckets.context().isConfigured())
			.map((buckets) -> buckets.context().active().source());
	}

	/**
	 * Changes a limit on every member, from now on here and soon elsewhere. What was
	 * spent stays spent. A change to what is so already is none.
	 * @param limit its name
	 * @param edit makes the new content from the current; version and initial tokens
	 * follow from what is changed
	 * @param source who changes it
	 * @return what changed, empty if nothing or if there is no such limit
	 */
	public Optional<LimitChange> edit(String limit, UnaryOperator<LimitDefinition> edit, LimitSource source) {
		return told(this.store.changes().follow(limit, (current) -> {
			LimitDefinition edited = edit.apply(current);
			return edited.agreesWith(current) ? current : edited.following(current);
		}, source, this.clock.nanoTime()));
	}

	private Optional<LimitChange> told(Optional<LimitChange> change) {
		change.ifPresent(this.listener::onEdit);
		return change;
	}

	/**
	 * Takes over a limit from the configuration: at once if there is none of its name, if
	 * it has a higher revision than what holds, or if this member is alone; else once all
	 * members are configured so.
	 * @param policy the limit
	 * @return what changed at once, empty if nothing that decides
	 */
	public Optional<LimitChange> configure(LimitPolicy policy) {
		long now = this.clock.nanoTime();
		this.store.limits().add(policy, now);
		LimitDefinition configured = LimitDefinition.of(policy);
		MembershipView view = this.store.view(now);
		boolean everywhere = view.isComplete() && view.isAlone();
		return told(this.store.changes().follow(policy.limit().name(), (current) -> {
			if (configured.limit().revision() > current.limit().revision()) {
				return configured;
			}
			return everywhere ? current.deployed(configured) : current;
		}, LimitSource.CONFIGURATION, now));
	}

	/**
	 * Ends changes at run time: all members follow what this one is configured with, from
	 * now on here and soon elsewhere.
	 * @param limit the name of the limit
	 * @return what changed, empty if nothing that decides or if this member is not
	 * configured with the limit
	 */
	public Optional<LimitChange> followConfiguration(String limit) {
		LimitDefinition configured = configured(limit).orElse(null);
		return (configured == null) ? Optional.empty() : told(this.store.changes()
			.follow(limit, (current) -> current.resetTo(configured), LimitSource.CONFIGURATION, this.clock.nanoTime()));
	}

	/**
	 * What this member is configured with, whatever it follows.
	 * @param limit the name of the limit
	 * @return the definition, empty if this member is not configured with the limit
	 */
	public Optional<LimitDefinition> configured(String limit) {
		return Optional.ofNullable(this.store.limits().configured().get(limit));
	}

	/**
	 * Gives tokens back to one key, on every member: no more than were spent, and never
	 * above the capacity.
	 * @param limit the name of the limit
	 * @param key whose bucket
	 * @param microTokens how many, not negative
	 * @return how many micro-tokens were given; empty if this member holds no such bucket
	 */
	public OptionalLong giveBack(String limit, String key, long microTokens) {
		Optional<Bucket> bucket = this.store.limits().bucket(BucketKey.of(limit, key));
		if (bucket.isEmpty()) {
			return OptionalLong.empty();
		}
		long now = this.clock.nanoTime();
		long given = bucket.get().giveBack(microTokens, now);
		Line.serve(bucket.get(), now);
		if (given > 0) {
			this.listener.onGiveBack(limit, key, given);
		}
		return OptionalLong.of(given);
	}

}
