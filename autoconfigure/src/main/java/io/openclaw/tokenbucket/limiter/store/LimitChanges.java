package io.openclaw.tokenbucket.limiter.store;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.bucket.LimitContext;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;

/**
 * Changes the limits of a member while requests run: their definitions, rates, ages and
 * members. It ignores limits that are unknown. Thread-safe. Times are nanoseconds of the
 * clock of the limiter.
 */
public final class LimitChanges {

	private final LimitRegistry limits;

	private final BucketQueues<Bucket> queues;

	public LimitChanges(LimitRegistry limits, BucketQueues<Bucket> queues) {
		this.limits = limits;
		this.queues = queues;
	}

	/**
	 * Follows another definition of a limit from now on: requests that wait are decided
	 * anew.
	 * @param limit the name of the limit
	 * @param next makes the definition from the one that holds
	 * @param source where it comes from
	 * @param now the current time
	 * @return what changed; empty if nothing that decides
	 */
	public Optional<LimitChange> follow(String limit, UnaryOperator<LimitDefinition> next, LimitSource source,
			long now) {
		Optional<LimitChange> change = this.limits.find(limit)
			.flatMap((buckets) -> buckets.context().follow(next, source, now))
			.filter((made) -> !made.to().agreesWith(made.from()));
		if (change.isPresent()) {
			serveLines(now);
		}
		if (change.isPresent() && !source.isLearned()) {
			this.queues.signal().limitChanged(limit);
		}
		return change;
	}

	/**
	 * Has limits refill at another part of their configured rates from now on. Buckets
	 * follow when they are used, or swept.
	 * @param names the names of the limits
	 * @param factor in millionths, positive and at most a whole
	 * @param now the current time
	 */
	public void adapt(Collection<String> names, long factor, long now) {
		names.forEach((limit) -> of(limit, (context) -> context.adapt(factor, now)));
	}

	/**
	 * Has this member spend no more of a limit than its part, by its own count.
	 * @param limit the name of the limit
	 * @param quota the part
	 */
	public void fallBack(String limit, FallbackQuota quota) {
		of(limit, (context) -> context.fallBack(quota));
	}

	/**
	 * Has this member go by the replicated state again, and write off what others
	 * overspent.
	 * @param limit the name of the limit
	 * @param now the current time
	 */
	public void recover(String limit, long now) {
		of(limit, (context) -> context.recover(now));
		serveLines(now);
	}

	/**
	 * Has all limits go by the members that this one knows now.
	 * @param now the current time
	 */
	public void followMembers(long now) {
		this.limits.all().forEach((limit) -> limit.context().asOf(now));
		serveLines(now);
	}

	/**
	 * Learns how long a limit has been active elsewhere; the longest counts.
	 * @param limit the name of the limit
	 * @param age nanoseconds
	 * @param now the current time
	 */
	public void learnAge(String limit, long age, long now) {
		of(limit, (context) -> context.learnAge(age, now));
	}

	/**
	 * Takes over from a fleet that this member joins how long a definition has been
	 * active there: this member did not see what became of buckets before.
	 * @param limit the name of the limit
	 * @param definition nothing happens unless this member follows just it
	 * @param age nanoseconds
	 * @param now the current time
	 */
	public void restart(String limit, LimitDefinition definition, long age, long now) {
		of(limit, (context) -> context.restart(definition, age, now));
	}

	/**
	 * Begins anew, as a member does that starts: every bucket is dropped, and limits are
	 * active from now on. What others know of a bucket comes back with what they send.
	 * @param now the current time
	 */
	public void startOver(long now) {
		this.limits.all().forEach((limit) -> limit.startOver(now));
	}

	// Buckets that nobody waits for follow what changed when they are used, or swept.
	private void serveLines(long now) {
		this.queues.lines().forEach((bucket) -> Line.serve(bucket, now));
	}

	private void of(String limit, Consumer<LimitContext> change) {
		this.limits.find(limit).map(LimitBuckets::context).ifPresent(change);
	}

}
