package io.openclaw.tokenbucket.replication.wire;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.Standing;

/**
 * A message between members. Every message is a heartbeat; some carry buckets as well.
 * Immutable.
 *
 * @param sender who sends
 * @param standing how the sender sees itself
 * @param sentAt the sender's clock when it sent, meaningless to anybody else
 * @param lastBatch the number of the last batch that the sender published, zero if none
 * @param wantsAcknowledgement whether a request waits for the answer
 * @param unacknowledged whether the sender waits for a receipt from anybody
 * @param announcement what the sender announces; {@code null} if this reader does not
 * know what its digest stands for: then neither peers nor buckets are read
 * @param ages how long the limits of the announcement have been active, in nanoseconds by
 * name; {@code null} unless the announcement travels whole
 * @param peers what the sender says of others. Of whom it announces as counted, and says
 * nothing here, it receives messages
 * @param digest of the sender's state, present only when nothing is on its way
 * @param batch buckets that changed
 * @param transfer buckets of somebody who needs all of them
 * @param sections what is added to the body
 */
public record Message(MemberId sender, Standing standing, long sentAt, long lastBatch, boolean wantsAcknowledgement,
		boolean unacknowledged, @Nullable Announcement announcement, @Nullable Map<String, Long> ages,
		List<PeerReport> peers, @Nullable Long digest, @Nullable Batch batch, @Nullable Transfer transfer,
		Sections sections) {

	// What a reader keeps that cannot tell which members are meant.
	Message withoutMembers() {
		return new Message(this.sender, this.standing, this.sentAt, this.lastBatch, this.wantsAcknowledgement,
				this.unacknowledged, null, null, List.of(), this.digest,
				(this.batch != null) ? this.batch.with(List.of()) : null, null, this.sections);
	}

	/**
	 * The statement of the sender about another process.
	 *
	 * @param id the other process
	 * @param listing how it is listed
	 * @param lacksAnnouncement whether the sender does not know what the other announces
	 * @param receipt what arrived of it; {@code null} if that is not said
	 */
	public record PeerReport(MemberId id, Listing listing, boolean lacksAnnouncement, @Nullable Receipt receipt) {

		static PeerReport acknowledgement(MemberId id, long upTo) {
			return new PeerReport(id, Listing.USUAL, false, Receipt.upTo(upTo));
		}

		/**
		 * What suffices while all is usual: up to which batch everything arrived.
		 * @return this very report if it says more that matters
		 */
		public PeerReport abridged() {
			boolean suffices = this.receipt != null && this.receipt.missing().isEmpty()
					&& this.receipt.completedTransfer() == 0 && this.listing.equals(Listing.USUAL)
					&& !this.lacksAnnouncement;
			return suffices ? acknowledgement(this.id, Objects.requireNonNull(this.receipt).upTo()) : this;
		}

		boolean isAcknowledgement() {
			return this.receipt != null && equals(acknowledgement(this.id, this.receipt.upTo()));
		}

	}

	/**
	 * The listing of a process by another.
	 *
	 * @param standing how the other counts it
	 * @param received whether its last message is recent
	 */
	public record Listing(Standing standing, boolean received) {

		/** That of a member of which nothing else is said. */
		public static final Listing USUAL = new Listing(Standing.MEMBER, true);

	}

	/**
	 * The batches of a process that arrived.
	 *
	 * @param upTo all its batches up to this number
	 * @param missing batches that it is asked to send again
	 * @param echo its {@code sentAt} of the last message that arrived, zero if none did
	 * @param heldNanos how long ago that arrived
	 * @param completedTransfer the last transfer of it that arrived whole, zero if none
	 * did
	 */
	public record Receipt(long upTo, List<SequenceRange> missing, long echo, long heldNanos, long completedTransfer) {

		/**
		 * One that says nothing else.
		 */
		public static Receipt upTo(long batch) {
			return new Receipt(batch, List.of(), 0, 0, 0);
		}

	}

	/**
	 * Buckets that changed, each whole.
	 *
	 * @param numbers the batch, or the batches it replaces when sent again
	 * @param buckets the buckets
	 */
	public record Batch(SequenceRange numbers, List<BucketUpdate> buckets) {

		Batch with(List<BucketUpdate> others) {
			return new Batch(this.numbers, others);
		}

	}

	/**
	 * A part of all buckets.
	 *
	 * @param id the transfer, positive
	 * @param part the number of the part, from zero
	 * @param parts how many there are, positive
	 * @param upTo all parts together contain all batches up to this number
	 * @param buckets the buckets of this part
	 */
	public record Transfer(long id, int part, int parts, long upTo, List<BucketUpdate> buckets) {

		Transfer with(List<BucketUpdate> others) {
			return new Transfer(this.id, this.part, this.parts, this.upTo, others);
		}

	}

}
