package io.openclaw.tokenbucket.limiter.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.bucket.ActiveLimit;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.bucket.LimitContext;
import io.openclaw.tokenbucket.limiter.bucket.LimitStatistics;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Grant;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.port.LimitStatus;

/**
 * One limit and its buckets, as requests ask them. Thread-safe.
 */
public final class LimitBuckets {

	private final LimitContext context;

	private final LimitStatistics statistics = new LimitStatistics();

	private final BucketTable table;

	LimitBuckets(LimitContext context, MemoryBudget memory, CurrentMembership members, BucketQueues<Bucket> queues) {
		this.context = context;
		this.table = new BucketTable(context, this.statistics, memory, members, queues);
	}

	public LimitContext context() {
		return this.context;
	}

	public LimitStatistics statistics() {
		return this.statistics;
	}

	public BucketTable table() {
		return this.table;
	}

	public LimitPolicy policy() {
		return this.context.active().policy();
	}

	/**
	 * Whether no bucket of this limit can ever hold so many whole tokens.
	 */
	public boolean isAboveCapacity(long tokens) {
		return costOf(tokens) == Long.MAX_VALUE;
	}

	/**
	 * Whole tokens in micro-tokens; {@link Long#MAX_VALUE} above the capacity.
	 */
	public long costOf(long tokens) {
		return policy().limit().costOf(tokens);
	}

	/**
	 * Decides a request.
	 * @return the decision, which waits if the request must reserve
	 */
	public Decision decide(String key, long cost, long now) {
		if (cost == 0) {
			return this.table.peek(key, now).admitFree(now);
		}
		// The general way allocates, which is worth it only if the bucket is dropped.
		Decision decision = this.table.bucket(key, now).decide(cost, now);
		return (decision != null) ? decision : ask(key, (bucket) -> bucket.decide(cost, now), now);
	}

	/**
	 * Decides a request that takes fewer tokens than it asks for rather than wait.
	 */
	public Grant grant(String key, long tokens, long now) {
		long most = costOf(Math.min(tokens, MicroTokens.toWholeTokens(policy().limit().capacity())));
		return ask(key, (bucket) -> bucket.grant(most, now), now);
	}

	public Decision shadow(String key, long tokens, long now) {
		if (isAboveCapacity(tokens)) {
			return refuse(key, tokens, now).inShadow();
		}
		if (tokens == 0) {
			return this.table.peek(key, now).admitFree(now).inShadow();
		}
		long cost = costOf(tokens);
		return ask(key, (bucket) -> bucket.decideOnLevel(cost, now), now).inShadow();
	}

	/**
	 * Refuses a request on behalf of this or another limit, without creating a bucket.
	 */
	public Decision refuse(String key, long tokens, long now) {
		Bucket bucket = this.table.peek(key, now);
		if (!isAboveCapacity(tokens)) {
			return bucket.refuse(costOf(tokens), now);
		}
		return new Decision(Outcome.REJECTED, Reason.COST_ABOVE_CAPACITY, policy().limit(),
				Math.max(0, bucket.status(now).spendable()), Long.MAX_VALUE, null);
	}

	/**
	 * Asks the bucket of a key, created if needed. A bucket may be dropped and still in
	 * the table. It is removed here then, since the next look would find it again.
	 * @param question is answered with {@code null} by a bucket that is dropped
	 */
	public <T> T ask(String key, Question<T> question, long now) {
		while (true) {
			Bucket bucket = this.table.bucket(key, now);
			T answer = question.put(bucket);
			if (answer != null) {
				return answer;
			}
			this.table.forget(bucket);
		}
	}

	/**
	 * The bucket that a request asks. One that costs nothing creates none.
	 */
	public Bucket bucket(String key, long cost, long now) {
		return (cost == 0) ? this.table.peek(key, now) : this.table.bucket(key, now);
	}

	public long drainLowestLevel() {
		return Math.min(policy().limit().capacity(), this.statistics.drainLowestLevel());
	}

	public List<BucketStatus> busiest(int count, long now) {
		Busiest busiest = new Busiest(count);
		this.table.all().forEach(busiest::add);
		return busiest.inOrder().stream().map((bucket) -> bucket.status(now)).toList();
	}

	/**
	 * Consumes up to an amount of what there is, and decides nothing.
	 */
	public void take(String key, long amount, long now) {
		ask(key, (bucket) -> bucket.decideOnLevel(Math.min(amount, Math.max(0, bucket.status(now).spendable())), now),
				now);
	}

	void startOver(long now) {
		for (Bucket bucket : this.table.all()) {
			bucket.drop();
			this.table.forget(bucket);
		}
		this.context.restart(this.context.active().definition(), 0, now);
	}

	public LimitStatus status(long now) {
		ActiveLimit current = this.context.active();
		long lowest = current.policy().limit().capacity();
		for (Bucket bucket : this.table.all()) {
			lowest = Math.min(lowest, bucket.level(now));
		}
		return new LimitStatus(current.policy(), current.definition(), this.context.configured(), current.source(),
				this.table.count(), lowest, this.statistics.admitted(), this.statistics.rejected(),
				this.statistics.shadowRejected(), this.statistics.unsettled());
	}

	/**
	 * A question to a bucket.
	 *
	 * @param <T> the answer
	 */
	@FunctionalInterface
	public interface Question<T> {

		/**
		 * Asks a bucket.
		 * @return {@code null} if it is dropped
		 */
		@Nullable T put(Bucket bucket);

	}

}
