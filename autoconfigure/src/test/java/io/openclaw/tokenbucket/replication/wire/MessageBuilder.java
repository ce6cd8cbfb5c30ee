package io.openclaw.tokenbucket.replication.wire;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Announcement.AnnouncedLimit;
import io.openclaw.tokenbucket.replication.wire.Message.Listing;

/**
 * Builds messages of which a test cares for few parts.
 */
public final class MessageBuilder {

	private final MemberId sender;

	private final Standing standing;

	private final List<Message.PeerReport> peers = new ArrayList<>();

	private final Map<String, Long> ages = new LinkedHashMap<>();

	private long sentAt = 1;

	private long lastBatch;

	private Sections sections = Sections.NONE;

	private Message.@Nullable Batch batch;

	private Message.@Nullable Transfer transfer;

	private MessageBuilder(MemberId sender, Standing standing) {
		this.sender = sender;
		this.standing = standing;
	}

	public static MessageBuilder from(MemberId sender, Standing standing) {
		return new MessageBuilder(sender, standing);
	}

	public MessageBuilder sentAt(long newSentAt) {
		this.sentAt = newSentAt;
		return this;
	}

	public MessageBuilder lastBatch(long number) {
		this.lastBatch = number;
		return this;
	}

	/**
	 * Lists a process as received.
	 */
	public MessageBuilder lists(MemberId id, Standing as) {
		return lists(id, as, true, 0, 0);
	}

	public MessageBuilder lists(MemberId id, Standing as, boolean received, long receivedUpTo, long completedTransfer) {
		return lists(new Message.PeerReport(id, new Listing(as, received), false,
				new Message.Receipt(receivedUpTo, List.of(), 0, 0, completedTransfer)));
	}

	public MessageBuilder lists(Message.PeerReport report) {
		this.peers.add(report);
		return this;
	}

	public MessageBuilder age(String limit, long nanos) {
		this.ages.put(limit, nanos);
		return this;
	}

	public MessageBuilder batch(long first, long last, BucketUpdate... buckets) {
		this.batch = new Message.Batch(new SequenceRange(first, last), List.of(buckets));
		this.lastBatch = Math.max(this.lastBatch, last);
		return this;
	}

	public MessageBuilder transfer(Message.Transfer newTransfer) {
		this.transfer = newTransfer;
		return this;
	}

	public MessageBuilder sections(Sections newSections) {
		this.sections = newSections;
		return this;
	}

	public Message build() {
		Map<String, AnnouncedLimit> limits = new LinkedHashMap<>();
		this.ages.keySet().forEach((limit) -> limits.put(limit, new AnnouncedLimit(0, 0L)));
		List<MemberId> members = this.peers.stream()
			.filter((peer) -> peer.listing().standing() == Standing.MEMBER)
			.map(Message.PeerReport::id)
			.toList();
		Announcement announcement = new Announcement(null, Duration.ZERO, members, limits);
		return new Message(this.sender, this.standing, this.sentAt, this.lastBatch, false, false, announcement,
				this.ages, List.copyOf(this.peers), null, this.batch, this.transfer, this.sections);
	}

	public byte[] encode() {
		return MessageCodec.encode(build());
	}

}
