package io.openclaw.tokenbucket.replication.gossip;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Pace;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;

/**
 * Decides when this member sends. It sends a batch after buckets changed, at once if that
 * is urgent. It sends an answer if a peer waits for one. Otherwise it sends a heartbeat.
 * A time is due if it is now or in the past. Mutable, confined to the replicating thread.
 */
public final class SendSchedule {

	public static final long SHORTEST_PAUSE_NANOS = Duration.ofMillis(5).toNanos();

	public static final Duration SHORTEST_GAP = Duration.ofMillis(10);

	private static final long ASK_AGAIN_NANOS = Duration.ofMillis(50).toNanos();

	private static final int ROUND_TRIP_DIVISOR = 32;

	private static final long NEVER = Long.MAX_VALUE;

	private final BucketStore store;

	private final Supplier<ReplicationSettings> settings;

	private final Membership membership;

	private final Outbox outbox;

	private final SendBudget budget;

	private long lastSentAt;

	private long lastBatchAt;

	private boolean batchWanted;

	private boolean flushWanted;

	private @Nullable Long answerOwedAt;

	private long askedAt;

	private long askedFor;

	public SendSchedule(BucketStore store, Supplier<ReplicationSettings> settings, Membership membership, Outbox outbox,
			long now) {
		this.store = store;
		this.settings = settings;
		this.membership = membership;
		this.outbox = outbox;
		this.budget = new SendBudget(now);
		this.lastSentAt = now - settings.get().syncInterval().toNanos();
		this.lastBatchAt = this.lastSentAt;
		this.askedAt = this.lastSentAt;
	}

	/**
	 * Sends changed buckets with the next message, however little they changed.
	 */
	public void wantBatch() {
		this.batchWanted = true;
	}

	/**
	 * Sends changed buckets as soon as the pause between batches allows.
	 */
	public void wantFlush() {
		this.flushWanted = true;
	}

	/**
	 * A peer waits for an answer.
	 */
	public void oweAnswer(long now) {
		if (this.answerOwedAt == null) {
			boolean quiet = now - this.lastSentAt >= 2 * SHORTEST_PAUSE_NANOS;
			this.answerOwedAt = quiet ? now : now + SHORTEST_PAUSE_NANOS;
		}
	}

	/**
	 * When a batch or a message will be due, if nothing changes until then.
	 */
	public long nextDue(long now) {
		return now + Math.max(0, Math.min(untilBatch(now), untilMessage(now)));
	}

	public boolean isBatchDue(long now) {
		return this.batchWanted ? hasBatch() && mayPublish(now) : untilBatch(now) <= 0;
	}

	public boolean isMessageDue(long now) {
		return untilMessage(now) <= 0;
	}

	/**
	 * Whether one more message to all may go now.
	 */
	public boolean mayPublish(long now) {
		return this.budget.untilNext(now) <= 0;
	}

	/**
	 * Batches are about to leave.
	 */
	public void onBatches(long now) {
		this.batchWanted = false;
		this.flushWanted = false;
		this.lastBatchAt = now;
	}

	/**
	 * Whether a message should ask for an acknowledgement.
	 * @param carriesBatch whether there is something new to acknowledge
	 */
	public boolean asks(boolean carriesBatch, long now) {
		return this.store.replicas().hasWaiting() && (carriesBatch || now - askForAcknowledgementAt() >= 0);
	}

	/**
	 * A message to all is about to leave.
	 * @param asks whether it asks for an acknowledgement
	 */
	public void onMessage(boolean asks, long now) {
		this.lastSentAt = now;
		this.budget.spend(Pace.spacingNanos(this.membership.members().size()), now);
		this.answerOwedAt = null;
		if (asks) {
			this.askedAt = now;
			this.askedFor = this.outbox.lastNumber();
		}
	}

	/**
	 * Whether to ask a peer again for batches that did not arrive.
	 */
	public boolean isGapDue(Peer peer, long now) {
		return gapDueAt(peer, now).filter((at) -> now - at >= 0).isPresent();
	}

	private long untilBatch(long now) {
		boolean urgent = this.flushWanted || this.store.replicas().hasWaiting();
		return (urgent && hasBatch()) ? Math.max(this.lastBatchAt + pause() - now, this.budget.untilNext(now)) : NEVER;
	}

	private boolean hasBatch() {
		return !this.membership.peers().isEmpty() && this.store.replicas().hasDirty();
	}

	private long untilMessage(long now) {
		long heartbeat = this.lastSentAt + this.membership.interval().toNanos() - now;
		long untilNext = Math.max(this.lastSentAt + pause() - now, this.budget.untilNext(now));
		return Math.min(heartbeat, Math.max(untilAnswer(now), untilNext));
	}

	private long untilAnswer(long now) {
		long next = (this.answerOwedAt != null) ? this.answerOwedAt - now : NEVER;
		if (this.store.replicas().hasWaiting() && !this.outbox.isAcknowledged()) {
			next = Math.min(next, askForAcknowledgementAt() - now);
		}
		for (Peer peer : this.membership.peers()) {
			if (!peer.delivery().hasNoGap()) {
				next = Math.min(next, gapDueAt(peer, now).map((at) -> at - now).orElse(NEVER));
			}
		}
		return next;
	}

	// Asks once about the last batch, and then again from time to time.
	private long askForAcknowledgementAt() {
		return (this.askedFor < this.outbox.lastNumber()) ? this.lastSentAt + pause() : this.askedAt + ASK_AGAIN_NANOS;
	}

	// A silent peer does not answer either.
	private Optional<Long> gapDueAt(Peer peer, long now) {
		return peer.isReceived(this.membership.interval(), now)
				? peer.delivery().askForMissingAt(SHORTEST_GAP, peer.failures().roundTrip()) : Optional.empty();
	}

	// If even the nearest peer is far, a shorter pause does not inform it sooner.
	private long pause() {
		return Math.max(SHORTEST_PAUSE_NANOS, this.membership.nearestRoundTripNanos() / ROUND_TRIP_DIVISOR);
	}

}
