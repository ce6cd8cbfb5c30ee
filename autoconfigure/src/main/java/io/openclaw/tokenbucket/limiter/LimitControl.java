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
import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * Changes limits and buckets while requests run. Thread-safe; no method blocks or does
 * I/O, but a change visits every bucket of its limit: not for the request path.
 */
public final class LimitControl {

	private final BucketStore store;

	private final NanoClock clock;

	/**
	 * Creates the control.
	 * @param store the buckets
	 * @param clock the clock that the store was created with
	 */
	public LimitControl(BucketStore store, NanoClock clock) {
		this.store = store;
		this.clock = clock;
	}

	/**
	 * What the fleet must agree on about each limit, as this member follows it.
	 * @return definitions by the name of the limit
	 */
	public Map<String, LimitDefinition> definitions() {
		Map<String, LimitDefinition> definitions = this.store.definitions();
		definitions.keySet().removeAll(this.store.adopted());
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
		return this.store.follow(limit, (current) -> {
			LimitDefinition edited = edit.apply(current);
			return edited.agreesWith(current) ? current : edited.following(current);
		}, source, this.clock.nanoTime());
	}

	/**
	 * Takes over a limit from the configuration: if there is none of its name, if it has
	 * a higher revision than what holds, or if that came from the configuration as well.
	 * Under the same revision a change at run time, here or elsewhere, beats it.
	 * @param policy the limit
	 * @return what changed, empty if nothing that decides
	 */
	public Optional<LimitChange> configure(LimitPolicy policy) {
		long now = this.clock.nanoTime();
		String name = policy.limit().name();
		this.store.add(policy, now);
		LimitDefinition configured = LimitDefinition.of(policy);
		boolean ours = source(name).filter((source) -> source == LimitSource.CONFIGURATION).isPresent();
		return this.store.follow(name, (current) -> {
			if (current.limit().revision() != policy.limit().revision()) {
				return current.merge(configured);
			}
			return (ours && !configured.agreesWith(current)) ? configured.following(current) : current;
		}, LimitSource.CONFIGURATION, now);
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
		return OptionalLong.of(given);
	}

}
