package io.openclaw.tokenbucket.replication.delivery;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.replication.wire.Message;

/**
 * The batches that arrived from a peer, and those that it has of this member. Mutable,
 * confined to the replicating thread.
 */
public final class Delivery {

	private static final long LONGEST_ASK_NANOS = 1_000_000_000L;

	private static final int MAX_REPAIRS = 8;

	private final TransferIn incoming = new TransferIn();

	private final TransferOut outgoing = new TransferOut();

	private @Nullable Receipts receipts;

	private long acknowledgedUpTo;

	private @Nullable Long repairedAt;

	private int digestDifferences;

	private int digestRepairs;

	/**
	 * A message of the peer arrived for the first time.
	 * @param upTo which of its batches need not be asked for
	 */
	public void begin(long upTo) {
		this.receipts = new Receipts(upTo);
	}

	/**
	 * The batches that arrived; {@code null} before any message did.
	 */
	public @Nullable Receipts receipts() {
		return this.receipts;
	}

	public boolean hasNoGap() {
		return this.receipts != null && this.receipts.isComplete();
	}

	/**
	 * Whether the peer has all that this process had, and none of its batches lacks here.
	 */
	public boolean hasEverything() {
		return this.outgoing.isComplete() && hasNoGap();
	}

	/**
	 * Whether all that the peer had has arrived here.
	 */
	public boolean hasToldEverything() {
		return this.incoming.completed() != 0;
	}

	public TransferIn incoming() {
		return this.incoming;
	}

	public TransferOut outgoing() {
		return this.outgoing;
	}

	/**
	 * Up to which batch of this member the peer has everything.
	 */
	public long acknowledgedUpTo() {
		return this.acknowledgedUpTo;
	}

	/**
	 * Takes in what the peer has of this member.
	 * @param published the last batch of this member: nothing later can be acknowledged
	 */
	public void acknowledge(Message.Receipt receipt, long published) {
		if (receipt.upTo() <= published) {
			this.acknowledgedUpTo = Math.max(this.acknowledgedUpTo, receipt.upTo());
		}
		this.outgoing.completed(receipt.completedTransfer());
	}

	/**
	 * When the peer should be asked for batches that lack.
	 * @return nanoseconds, empty if none lack
	 */
	public Optional<Long> askForMissingAt(Duration shortest, @Nullable Duration roundTrip) {
		Receipts arrived = this.receipts;
		Long since = (arrived != null) ? arrived.gapSince() : null;
		if (arrived == null || since == null) {
			return Optional.empty();
		}
		long half = (roundTrip != null) ? roundTrip.toNanos() / 2 : 0;
		long first = Math.max(shortest.toNanos(), half);
		return Optional.of(since + Math.max(first, Math.min(arrived.patience() * first, LONGEST_ASK_NANOS)));
	}

	/**
	 * Whether to send again what the peer lacks: not oftener than it would ask.
	 * @param shortest how often it may ask
	 */
	public boolean mayRepair(Duration shortest, long now) {
		if (this.repairedAt != null && now - this.repairedAt < shortest.toNanos()) {
			return false;
		}
		this.repairedAt = now;
		return true;
	}

	/**
	 * Compares digests.
	 * @return whether they differed twice in a row, and state must be sent; more seldom
	 * each time that sending it did not help, since two may differ for good, such as
	 * where one has no room
	 */
	public boolean differs(boolean different) {
		this.digestDifferences = different ? this.digestDifferences + 1 : 0;
		this.digestRepairs = different ? this.digestRepairs : 0;
		if (this.digestDifferences < 2 << this.digestRepairs) {
			return false;
		}
		this.digestDifferences = 0;
		this.digestRepairs = Math.min(this.digestRepairs + 1, MAX_REPAIRS);
		return true;
	}

}
