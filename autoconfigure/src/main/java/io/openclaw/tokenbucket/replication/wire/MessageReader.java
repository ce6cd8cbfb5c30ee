package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message.Batch;
import io.openclaw.tokenbucket.replication.wire.Message.Listing;
import io.openclaw.tokenbucket.replication.wire.Message.PeerReport;
import io.openclaw.tokenbucket.replication.wire.Message.Receipt;
import io.openclaw.tokenbucket.replication.wire.Message.Transfer;

/**
 * Reads one message, trusting nothing. Mutable, for one thread.
 */
public final class MessageReader {

	private static final int STANDINGS = 3;

	static final int HAS_RECEIPT = 8;

	static final int LACKS_ANNOUNCEMENT = 16;

	private static final int ALL_STATES = 31;

	private final WireReader in;

	private final KnownAnnouncements known;

	private final MemberReader members = new MemberReader();

	public MessageReader(WireReader in, KnownAnnouncements known) {
		this.in = in;
		this.known = known;
	}

	/**
	 * Reads whom a message claims to be from, and nothing else.
	 */
	MemberId readSender() throws MalformedMessageException {
		this.in.readByte();
		this.in.readByte();
		return MemberReader.readName(this.in);
	}

	/**
	 * Reads what {@link MessageCodec#requireReadable} let pass.
	 */
	public Message read() throws MalformedMessageException {
		MemberId sender = readSender();
		int flags = this.in.readByte();
		if ((flags & ~MessageCodec.ALL_FLAGS) != 0) {
			throw new MalformedMessageException("malformed");
		}
		Standing standing = standing(this.in.readByte());
		long sentAt = this.in.readNumber();
		long lastBatch = this.in.readNumber();
		boolean whole = has(flags, MessageCodec.IS_WHOLE);
		Announcement announcement = readAnnouncement(sender, whole);
		Map<String, Long> ages = (whole && announcement != null) ? readAges(announcement) : null;
		this.members.begin(sender, announcement);
		this.members.readTable(this.in);
		List<PeerReport> peers = readPeers();
		Long digest = has(flags, MessageCodec.HAS_DIGEST) ? this.in.readBits() : null;
		Batch batch = has(flags, MessageCodec.HAS_BATCH)
				? new Batch(readRange(), readList(this::readBucket, MessageCodec.MAX_BUCKETS)) : null;
		Transfer transfer = has(flags, MessageCodec.HAS_TRANSFER) ? readTransfer() : null;
		Sections sections = Sections.readFrom(this.in);
		this.in.requireEnd();
		int inBatch = (batch != null) ? batch.buckets().size() : 0;
		int inTransfer = (transfer != null) ? transfer.buckets().size() : 0;
		Map<Integer, Fold> folds = FoldSection.read(sections, inBatch + inTransfer, this.members);
		batch = (batch != null) ? batch.with(FoldSection.apply(folds, batch.buckets(), 0)) : null;
		transfer = (transfer != null) ? transfer.with(FoldSection.apply(folds, transfer.buckets(), inBatch)) : null;
		Message message = new Message(sender, standing, sentAt, lastBatch,
				has(flags, MessageCodec.WANTS_ACKNOWLEDGEMENT), has(flags, MessageCodec.UNACKNOWLEDGED), announcement,
				ages, peers, digest, batch, transfer, sections.without(FoldSection.FOLDS));
		return this.members.isComplete() ? message : message.withoutMembers();
	}

	private @Nullable Announcement readAnnouncement(MemberId sender, boolean whole) throws MalformedMessageException {
		long digest = this.in.readNumber();
		Announcement before = this.known.find(sender, digest);
		if (!whole) {
			return before;
		}
		byte[] bytes = this.in.readBytes();
		if (Announcement.digest(bytes) != digest) {
			throw new MalformedMessageException("malformed");
		}
		return (before != null) ? before : Announcement.decode(bytes);
	}

	private Map<String, Long> readAges(Announcement announced) throws MalformedMessageException {
		if (this.in.readCount() != announced.limits().size()) {
			throw new MalformedMessageException("malformed");
		}
		Map<String, Long> ages = new LinkedHashMap<>();
		for (String limit : announced.limits().keySet()) {
			ages.put(limit, this.in.readNumber());
		}
		return ages;
	}

	private List<PeerReport> readPeers() throws MalformedMessageException {
		List<PeerReport> peers = readList(this::readPeer, MessageCodec.MAX_PEERS);
		List<MemberId> acknowledged = this.members.readAll(this.in);
		if (peers.size() + acknowledged.size() > MessageCodec.MAX_PEERS) {
			throw new MalformedMessageException("count");
		}
		for (MemberId peer : acknowledged) {
			peers.add(PeerReport.acknowledgement(peer, this.in.readNumber()));
		}
		return peers;
	}

	private PeerReport readPeer() throws MalformedMessageException {
		MemberId id = this.members.read(this.in);
		int state = this.in.readByte();
		if ((state & ~ALL_STATES) != 0) {
			throw new MalformedMessageException("malformed");
		}
		Listing listing = new Listing(standing((state >> 1) & STANDINGS), (state & 1) != 0);
		return new PeerReport(id, listing, has(state, LACKS_ANNOUNCEMENT),
				has(state, HAS_RECEIPT) ? readReceipt() : null);
	}

	private Receipt readReceipt() throws MalformedMessageException {
		return new Receipt(this.in.readNumber(), readList(this::readRange, MessageCodec.MAX_RANGES),
				this.in.readNumber(), this.in.readNumber(), this.in.readNumber());
	}

	private SequenceRange readRange() throws MalformedMessageException {
		long first = this.in.readNumber();
		long further = this.in.readNumber();
		if (further > WireReader.LARGEST - first) {
			throw new MalformedMessageException("range");
		}
		return new SequenceRange(first, first + further);
	}

	private Transfer readTransfer() throws MalformedMessageException {
		long id = this.in.readNumber();
		int part = Math.toIntExact(this.in.readNumber());
		int parts = Math.toIntExact(this.in.readNumber());
		if (part >= parts || parts > MessageCodec.MAX_PARTS) {
			throw new MalformedMessageException("range");
		}
		return new Transfer(id, part, parts, this.in.readNumber(),
				readList(this::readBucket, MessageCodec.MAX_BUCKETS));
	}

	private BucketUpdate readBucket() throws MalformedMessageException {
		String limit = this.in.readText();
		boolean overflow = this.in.readFlag();
		String text = this.in.readText();
		if (overflow && !text.isEmpty()) {
			throw new MalformedMessageException("range");
		}
		BucketKey key = new BucketKey(limit, text, overflow);
		long initial = this.in.readNumber();
		GCounter<Birth> consumed = Counters.readBirths(this.members, this.in);
		GCounter<Birth> returned = Counters.readBirths(this.members, this.in);
		GCounter<MemberId> granted = Counters.readGranted(this.members, this.in);
		return new BucketUpdate(key, new TokenBucketState(consumed, returned, granted, initial));
	}

	private <T> List<T> readList(Element<T> element, int most) throws MalformedMessageException {
		List<T> elements = new ArrayList<>();
		for (int left = this.in.readCount(most); left > 0; left--) {
			elements.add(element.read());
		}
		return elements;
	}

	private static boolean has(int flags, int flag) {
		return (flags & flag) != 0;
	}

	private static Standing standing(int ordinal) throws MalformedMessageException {
		Standing[] standings = Standing.values();
		if (ordinal >= standings.length) {
			throw new MalformedMessageException("range");
		}
		return standings[ordinal];
	}

	@FunctionalInterface
	private interface Element<T> {

		T read() throws MalformedMessageException;

	}

}
