package io.openclaw.tokenbucket.replication.wire;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.Standing;

/**
 * What members send each other. Every message is a heartbeat; some carry buckets as well.
 * Immutable.
 *
 * @param sender who sends
 * @param region where the sender runs
 * @param standing how the sender sees itself
 * @param sentAt the sender's clock when it sent, meaningless to anybody else
 * @param lastBatch the number of the last batch that the sender published, zero if none
 * @param wantsAcknowledgement whether a request waits for the answer
 * @param peers what the sender knows of others
 * @param ages how long the sender's limits have been active, in nanoseconds by name
 * @param digest of the sender's state, present only when nothing is on its way
 * @param batch buckets that changed
 * @param transfer buckets of somebody who needs all of them
 * @param sections what is added to the body
 */
public record Message(MemberId sender, @Nullable String region, Standing standing, long sentAt, long lastBatch,
		boolean wantsAcknowledgement, List<PeerReport> peers, Map<String, Long> ages, @Nullable Long digest,
		@Nullable Batch batch, @Nullable Transfer transfer, Sections sections) {

	/**
	 * What the sender knows of another process.
	 *
	 * @param id the other process
	 * @param standing how the sender counts it
	 * @param received whether its last message is recent
	 * @param receivedUpTo the sender has all its batches up to this number
	 * @param missing batches that the sender asks it to send again
	 * @param echo its {@code sentAt} of the last message that arrived, zero if none did
	 * @param heldNanos how long ago that arrived
	 * @param completedTransfer the last transfer of it that arrived whole, zero if none
	 * did
	 */
	public record PeerReport(MemberId id, Standing standing, boolean received, long receivedUpTo,
			List<SequenceRange> missing, long echo, long heldNanos, long completedTransfer) {
	}

	/**
	 * Buckets that changed, each whole.
	 *
	 * @param numbers the batch, or the batches it replaces when sent again
	 * @param buckets the buckets
	 */
	public record Batch(SequenceRange numbers, List<BucketUpdate> buckets) {
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
	}

}
