package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
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

	// The sender first.
	private final List<MemberId> named = new ArrayList<>();

	private @Nullable Announcement announcement;

	private @Nullable Map<String, Long> ages;

	// A run of many takes few bytes.
	private long entries;

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
		return new MemberId(this.in.readText(), this.in.readNumber());
	}

	/**
	 * Reads what {@link MessageCodec#requireReadable} let pass.
	 */
	public Message read() throws MalformedMessageException {
		MemberId sender = readSender();
		this.named.add(sender);
		int flags = this.in.readByte();
		if ((flags & ~MessageCodec.ALL_FLAGS) != 0) {
			throw new MalformedMessageException("malformed");
		}
		Standing standing = standing(this.in.readByte());
		long sentAt = this.in.readNumber();
		long lastBatch = this.in.readNumber();
		readAnnouncement(sender, has(flags, MessageCodec.IS_WHOLE));
		for (int left = this.in.readCount(); left > 0; left--) {
			this.named.add(new MemberId(this.in.readText(), this.in.readNumber()));
		}
		List<PeerReport> peers = readPeers();
		Long digest = has(flags, MessageCodec.HAS_DIGEST) ? this.in.readBits() : null;
		Batch batch = has(flags, MessageCodec.HAS_BATCH)
				? new Batch(readRange(), readList(this::readBucket, MessageCodec.MAX_BUCKETS)) : null;
		Transfer transfer = has(flags, MessageCodec.HAS_TRANSFER) ? readTransfer() : null;
		Sections sections = Sections.readFrom(this.in);
		this.in.requireEnd();
		int inBatch = (batch != null) ? batch.buckets().size() : 0;
		int inTransfer = (transfer != null) ? transfer.buckets().size() : 0;
		Map<Integer, Fold> folds = FoldSection.read(sections, inBatch + inTransfer, this::readMember);
		batch = (batch != null) ? batch.with(FoldSection.apply(folds, batch.buckets(), 0)) : null;
		transfer = (transfer != null) ? transfer.with(FoldSection.apply(folds, transfer.buckets(), inBatch)) : null;
		boolean readable = this.announcement != null;
		return new Message(sender, standing, sentAt, lastBatch, has(flags, MessageCodec.WANTS_ACKNOWLEDGEMENT),
				has(flags, MessageCodec.UNACKNOWLEDGED), this.announcement, readable ? this.ages : null,
				readable ? peers : List.of(), digest, (readable || batch == null) ? batch : batch.with(List.of()),
				readable ? transfer : null, sections.without(FoldSection.FOLDS));
	}

	private void readAnnouncement(MemberId sender, boolean whole) throws MalformedMessageException {
		long digest = this.in.readNumber();
		this.announcement = this.known.find(sender, digest);
		if (!whole) {
			return;
		}
		byte[] bytes = this.in.readBytes();
		if (Announcement.digest(bytes) != digest) {
			throw new MalformedMessageException("malformed");
		}
		Announcement announced = (this.announcement != null) ? this.announcement : Announcement.decode(bytes);
		this.announcement = announced;
		if (this.in.readCount() != announced.limits().size()) {
			throw new MalformedMessageException("malformed");
		}
		this.ages = new LinkedHashMap<>();
		for (String limit : announced.limits().keySet()) {
			this.ages.put(limit, this.in.readNumber());
		}
	}

	private List<PeerReport> readPeers() throws MalformedMessageException {
		List<PeerReport> peers = readList(this::readPeer, MessageCodec.MAX_PEERS);
		List<MemberId> acknowledged = readMembers();
		if (peers.size() + acknowledged.size() > MessageCodec.MAX_PEERS) {
			throw new MalformedMessageException("count");
		}
		for (MemberId peer : acknowledged) {
			peers.add(PeerReport.acknowledgement(peer, this.in.readNumber()));
		}
		return peers;
	}

	private PeerReport readPeer() throws MalformedMessageException {
		MemberId id = readMember(this.in);
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
		GCounter<Birth> consumed = readBirths();
		GCounter<Birth> returned = readBirths();
		return new BucketUpdate(key, new TokenBucketState(consumed, returned, readGranted(), initial));
	}

	private GCounter<Birth> readBirths() throws MalformedMessageException {
		List<Birth> births = new ArrayList<>();
		List<MemberId> members = readMembers();
		long[] amounts = new long[members.size()];
		for (MemberId member : members) {
			births.add(new Birth(member, this.in.readNumber()));
			amounts[births.size() - 1] = readAmount();
		}
		return GCounter.of(births, amounts);
	}

	private GCounter<MemberId> readGranted() throws MalformedMessageException {
		List<MemberId> members = readMembers();
		long[] amounts = new long[members.size()];
		for (int done = 0; done < amounts.length;) {
			long amount = readAmount();
			long further = this.in.readNumber();
			if (further >= amounts.length - done) {
				throw new MalformedMessageException("range");
			}
			int until = done + 1 + (int) further;
			Arrays.fill(amounts, done, until, amount);
			done = until;
		}
		return GCounter.of(members, amounts);
	}

	// An even number is whole tokens, an odd one micro-tokens.
	private long readAmount() throws MalformedMessageException {
		long written = this.in.readBits();
		long most = ((written & 1) == 0) ? WireReader.LARGEST / MicroTokens.PER_TOKEN : WireReader.LARGEST;
		long amount = written >>> 1;
		if (amount > most) {
			throw new MalformedMessageException("range");
		}
		return ((written & 1) == 0) ? amount * MicroTokens.PER_TOKEN : amount;
	}

	// Runs of members that follow each other among those that are announced.
	private List<MemberId> readMembers() throws MalformedMessageException {
		List<MemberId> members = new ArrayList<>();
		for (int left = this.in.readCount(); left > 0; left--) {
			long first = this.in.readNumber();
			long further = this.in.readNumber();
			count(Math.min(further, MessageCodec.MAX_ENTRIES) + 1);
			if (further > 0 && (first & 1) != 0) {
				throw new MalformedMessageException("range");
			}
			for (long next = 0; next <= further; next++) {
				members.add(member(first + 2 * next));
			}
		}
		return members;
	}

	// By rank among those that are announced, or by place in the table.
	private MemberId readMember(WireReader from) throws MalformedMessageException {
		count(1);
		return member(from.readNumber());
	}

	private void count(long more) throws MalformedMessageException {
		this.entries += more;
		if (this.entries > MessageCodec.MAX_ENTRIES) {
			throw new MalformedMessageException("count");
		}
	}

	private MemberId member(long reference) throws MalformedMessageException {
		int index = (int) Math.min(reference >> 1, Integer.MAX_VALUE);
		if ((reference & 1) == 0) {
			return ranked(index);
		}
		if (index >= this.named.size()) {
			throw new MalformedMessageException("range");
		}
		return this.named.get(index);
	}

	// Who does not know the announcement reads on, to find out whether the rest is right.
	private MemberId ranked(int rank) {
		Announcement announced = this.announcement;
		if (announced != null && rank < announced.members().size()) {
			return announced.members().get(rank);
		}
		this.announcement = null;
		return new MemberId("?", rank);
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
