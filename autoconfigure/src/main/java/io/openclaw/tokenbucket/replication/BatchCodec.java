package io.openclaw.tokenbucket.replication;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketKey;
import io.openclaw.tokenbucket.limiter.BucketUpdate;
import io.openclaw.tokenbucket.replication.Message.Batch;
import io.openclaw.tokenbucket.replication.Message.PeerReport;
import io.openclaw.tokenbucket.replication.Message.Transfer;

/**
 * The wire format, version 1, as {@code docs/wire-format.md} describes it. Members are
 * named once a message, in a table, and referred to by their place in it. Stateless and
 * thread-safe.
 */
final class BatchCodec {

	static final int VERSION = 1;

	static final int MOST_BYTES = 1 << 20;

	// Far more than any fleet has.
	static final int MOST_PEERS = 1_000;

	private static final int MAGIC = 0x0B;

	private static final int HAS_DIGEST = 1;

	private static final int HAS_BATCH = 2;

	private static final int HAS_TRANSFER = 4;

	private static final int WANTS_ACKNOWLEDGEMENT = 8;

	private static final int ALL_FLAGS = HAS_DIGEST | HAS_BATCH | HAS_TRANSFER | WANTS_ACKNOWLEDGEMENT;

	private BatchCodec() {
	}

	static byte[] encode(Message message) {
		return new Encoder().encode(message);
	}

	static Message decode(byte[] bytes) throws MalformedMessageException {
		if (bytes.length > MOST_BYTES) {
			throw new MalformedMessageException("oversized");
		}
		try {
			return new Decoder(new WireReader(bytes)).decode();
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw new MalformedMessageException("range");
		}
	}

	private static final class Encoder {

		private final WireWriter body = new WireWriter();

		private final Map<MemberId, Integer> members = new LinkedHashMap<>();

		private byte[] encode(Message message) {
			writeMember(message.sender());
			writeHeader(message);
			writeList(message.peers(), this::writePeer);
			this.body.writeNumber(message.ages().size());
			message.ages().forEach((limit, age) -> {
				this.body.writeText(limit);
				writeGrowing(age);
			});
			if (message.digest() != null) {
				this.body.writeNumber(message.digest());
			}
			if (message.batch() != null) {
				writeRange(message.batch().numbers());
				writeList(message.batch().buckets(), this::writeBucket);
			}
			if (message.transfer() != null) {
				writeTransfer(message.transfer());
			}
			return withTable();
		}

		// The table stands first, but is known last.
		private byte[] withTable() {
			WireWriter head = new WireWriter();
			head.writeByte(MAGIC);
			head.writeByte(VERSION);
			head.writeNumber(this.members.size());
			this.members.keySet().forEach((member) -> {
				head.writeText(member.node());
				head.writeNumber(member.incarnation());
			});
			byte[] table = head.toByteArray();
			byte[] rest = this.body.toByteArray();
			byte[] whole = new byte[table.length + rest.length];
			System.arraycopy(table, 0, whole, 0, table.length);
			System.arraycopy(rest, 0, whole, table.length, rest.length);
			return whole;
		}

		private void writeHeader(Message message) {
			this.body.writeByte(((message.digest() != null) ? HAS_DIGEST : 0)
					| ((message.batch() != null) ? HAS_BATCH : 0) | ((message.transfer() != null) ? HAS_TRANSFER : 0)
					| (message.wantsAcknowledgement() ? WANTS_ACKNOWLEDGEMENT : 0));
			this.body.writeText((message.region() != null) ? message.region() : "");
			this.body.writeByte(message.standing().ordinal());
			this.body.writeNumber(message.sentAt());
			this.body.writeNumber(message.lastBatch());
		}

		private void writePeer(PeerReport peer) {
			writeMember(peer.id());
			this.body.writeByte(peer.standing().ordinal() << 1 | (peer.received() ? 1 : 0));
			this.body.writeNumber(peer.receivedUpTo());
			writeList(peer.missing(), this::writeRange);
			this.body.writeNumber(peer.echo());
			this.body.writeNumber(peer.heldNanos());
			this.body.writeNumber(peer.completedTransfer());
		}

		private void writeRange(SequenceRange range) {
			this.body.writeNumber(range.first());
			this.body.writeNumber(range.last() - range.first());
		}

		private void writeTransfer(Transfer transfer) {
			this.body.writeNumber(transfer.id());
			this.body.writeNumber(transfer.part());
			this.body.writeNumber(transfer.parts());
			this.body.writeNumber(transfer.upTo());
			writeList(transfer.buckets(), this::writeBucket);
		}

		private void writeBucket(BucketUpdate bucket) {
			this.body.writeText(bucket.key().limit());
			this.body.writeByte(bucket.key().overflow() ? 1 : 0);
			this.body.writeText(bucket.key().key());
			writeBirths(bucket.state().consumed());
			writeBirths(bucket.state().returned());
			GCounter<MemberId> granted = bucket.state().granted();
			this.body.writeNumber(granted.size());
			granted.forEach((member, amount) -> {
				writeMember(member);
				writeGrowing(amount);
			});
		}

		private void writeBirths(GCounter<Birth> counter) {
			this.body.writeNumber(counter.size());
			counter.forEach((birth, amount) -> {
				writeMember(birth.member());
				this.body.writeNumber(birth.number());
				writeGrowing(amount);
			});
		}

		// A peer may have brought it to the brink: one number too large, and nobody would
		// read the whole message. Less is true as well of what only grows.
		private void writeGrowing(long number) {
			this.body.writeNumber(Math.min(number, WireReader.LARGEST));
		}

		private void writeMember(MemberId member) {
			this.body.writeNumber(this.members.computeIfAbsent(member, (id) -> this.members.size()));
		}

		private <T> void writeList(List<T> elements, Consumer<T> write) {
			this.body.writeNumber(elements.size());
			elements.forEach(write);
		}

	}

	private static final class Decoder {

		private final WireReader in;

		private final List<MemberId> members = new ArrayList<>();

		Decoder(WireReader in) {
			this.in = in;
		}

		private Message decode() throws MalformedMessageException {
			if (this.in.readByte() != MAGIC) {
				throw new MalformedMessageException("malformed");
			}
			if (this.in.readByte() != VERSION) {
				throw new MalformedMessageException("version");
			}
			for (int left = this.in.readCount(); left > 0; left--) {
				this.members.add(new MemberId(this.in.readText(), this.in.readNumber()));
			}
			MemberId sender = readMember();
			int flags = this.in.readByte();
			if ((flags & ~ALL_FLAGS) != 0) {
				throw new MalformedMessageException("malformed");
			}
			String region = this.in.readText();
			Standing standing = standing(this.in.readByte());
			long sentAt = this.in.readNumber();
			long lastBatch = this.in.readNumber();
			List<PeerReport> peers = readList(this::readPeer);
			if (peers.size() > MOST_PEERS) {
				throw new MalformedMessageException("count");
			}
			Map<String, Long> ages = readAges();
			Long digest = has(flags, HAS_DIGEST) ? this.in.readBits() : null;
			Batch batch = has(flags, HAS_BATCH) ? new Batch(readRange(), readList(this::readBucket)) : null;
			Transfer transfer = has(flags, HAS_TRANSFER) ? readTransfer() : null;
			this.in.requireEnd();
			return new Message(sender, region.isEmpty() ? null : region, standing, sentAt, lastBatch,
					has(flags, WANTS_ACKNOWLEDGEMENT), peers, ages, digest, batch, transfer);
		}

		private Map<String, Long> readAges() throws MalformedMessageException {
			Map<String, Long> ages = new LinkedHashMap<>();
			for (int left = this.in.readCount(); left > 0; left--) {
				ages.put(this.in.readText(), this.in.readNumber());
			}
			return ages;
		}

		private PeerReport readPeer() throws MalformedMessageException {
			MemberId id = readMember();
			int flags = this.in.readByte();
			return new PeerReport(id, standing(flags >> 1), (flags & 1) != 0, this.in.readNumber(),
					readList(this::readRange), this.in.readNumber(), this.in.readNumber(), this.in.readNumber());
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
			if (part >= parts) {
				throw new MalformedMessageException("range");
			}
			return new Transfer(id, part, parts, this.in.readNumber(), readList(this::readBucket));
		}

		private BucketUpdate readBucket() throws MalformedMessageException {
			String limit = this.in.readText();
			int overflow = this.in.readByte();
			if (overflow > 1) {
				throw new MalformedMessageException("range");
			}
			BucketKey key = new BucketKey(limit, this.in.readText(), overflow == 1);
			GCounter<Birth> consumed = readBirths();
			GCounter<Birth> returned = readBirths();
			Map<MemberId, Long> granted = new TreeMap<>();
			for (int left = this.in.readCount(); left > 0; left--) {
				granted.put(readMember(), this.in.readNumber());
			}
			return new BucketUpdate(key, new TokenBucketState(consumed, returned, GCounter.of(granted)));
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

		private <T> List<T> readList(Element<T> element) throws MalformedMessageException {
			List<T> elements = new ArrayList<>();
			for (int left = this.in.readCount(); left > 0; left--) {
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

	}

	@FunctionalInterface
	private interface Element<T> {

		T read() throws MalformedMessageException;

	}

}
