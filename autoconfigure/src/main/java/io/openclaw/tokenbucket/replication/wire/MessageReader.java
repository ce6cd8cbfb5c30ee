package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message.Batch;
import io.openclaw.tokenbucket.replication.wire.Message.PeerReport;
import io.openclaw.tokenbucket.replication.wire.Message.Transfer;

/**
 * Reads one message, trusting nothing. Mutable, for one thread.
 */
public final class MessageReader {

	private final WireReader in;

	private final List<MemberId> members = new ArrayList<>();

	public MessageReader(WireReader in) {
		this.in = in;
	}

	/**
	 * Reads whom a message claims to be from, and nothing else.
	 */
	MemberId readSender() throws MalformedMessageException {
		this.in.readByte();
		this.in.readByte();
		for (int left = this.in.readCount(); left > 0; left--) {
			this.members.add(new MemberId(this.in.readText(), this.in.readNumber()));
		}
		return readMember();
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
		String region = this.in.readText();
		Standing standing = standing(this.in.readByte());
		long sentAt = this.in.readNumber();
		long lastBatch = this.in.readNumber();
		List<PeerReport> peers = readList(this::readPeer, MessageCodec.MAX_PEERS);
		Map<String, Long> ages = readAges();
		Long digest = has(flags, MessageCodec.HAS_DIGEST) ? this.in.readBits() : null;
		Batch batch = has(flags, MessageCodec.HAS_BATCH)
				? new Batch(readRange(), readList(this::readBucket, MessageCodec.MAX_BUCKETS)) : null;
		Transfer transfer = has(flags, MessageCodec.HAS_TRANSFER) ? readTransfer() : null;
		Sections sections = Sections.readFrom(this.in);
		this.in.requireEnd();
		return new Message(sender, region.isEmpty() ? null : region, standing, sentAt, lastBatch,
				has(flags, MessageCodec.WANTS_ACKNOWLEDGEMENT), peers, ages, digest, batch, transfer, sections);
	}

	private Map<String, Long> readAges() throws MalformedMessageException {
		Map<String, Long> ages = new LinkedHashMap<>();
		for (int left = readCount(MessageCodec.MAX_LIMITS); left > 0; left--) {
			ages.put(this.in.readText(), this.in.readNumber());
		}
		return ages;
	}

	private PeerReport readPeer() throws MalformedMessageException {
		MemberId id = readMember();
		int flags = this.in.readByte();
		return new PeerReport(id, standing(flags >> 1), (flags & 1) != 0, this.in.readNumber(),
				readList(this::readRange, MessageCodec.MAX_RANGES), this.in.readNumber(), this.in.readNumber(),
				this.in.readNumber());
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
		int overflow = this.in.readByte();
		String text = this.in.readText();
		if (overflow > 1 || (overflow == 1 && !text.isEmpty())) {
			throw new MalformedMessageException("range");
		}
		BucketKey key = new BucketKey(limit, text, overflow == 1);
		long initial = this.in.readNumber();
		GCounter<Birth> consumed = readBirths();
		GCounter<Birth> returned = readBirths();
		Map<MemberId, Long> granted = new TreeMap<>();
		for (int left = this.in.readCount(); left > 0; left--) {
			granted.put(readMember(), this.in.readNumber());
		}
		return new BucketUpdate(key, new TokenBucketState(consumed, returned, GCounter.of(granted), initial));
	}

	private GCounter<Birth> readBirths() throws MalformedMessageException {
		Map<Birth, Long> amounts = new TreeMap<>();
		for (int left = this.in.readCount(); left > 0; left--) {
			Birth birth = new Birth(readMember(), this.in.readNumber());
			amounts.put(birth, this.in.readNumber());
		}
		return GCounter.of(amounts);
	}

	private MemberId readMember() throws MalformedMessageException {
		long place = this.in.readNumber();
		if (place >= this.members.size()) {
			throw new MalformedMessageException("range");
		}
		return this.members.get((int) place);
	}

	private <T> List<T> readList(Element<T> element, int most) throws MalformedMessageException {
		List<T> elements = new ArrayList<>();
		for (int left = readCount(most); left > 0; left--) {
			elements.add(element.read());
		}
		return elements;
	}

	private int readCount(int most) throws MalformedMessageException {
		int count = this.in.readCount();
		if (count > most) {
			throw new MalformedMessageException("count");
		}
		return count;
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
