package io.openclaw.tokenbucket.replication.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.wire.Message.PeerReport;
import io.openclaw.tokenbucket.replication.wire.Message.Transfer;

/**
 * Writes one message. Members are named once, in a table, and referred to by their place
 * in it. Mutable, for one thread.
 */
public final class MessageWriter {

	private final Message message;

	private final WireWriter body = new WireWriter();

	private final Map<MemberId, Integer> members = new LinkedHashMap<>();

	public MessageWriter(Message message) {
		this.message = message;
	}

	/**
	 * Writes the message.
	 * @param signatureBytes how long the place of a signature is at its end, possibly
	 * zero
	 */
	public byte[] write(int signatureBytes) {
		writeMember(this.message.sender());
		writeHeader();
		writeList(this.message.peers(), this::writePeer);
		writeAges();
		if (this.message.digest() != null) {
			this.body.writeNumber(this.message.digest());
		}
		if (this.message.batch() != null) {
			writeRange(this.message.batch().numbers());
			writeList(this.message.batch().buckets(), this::writeBucket);
		}
		if (this.message.transfer() != null) {
			writeTransfer(this.message.transfer());
		}
		this.message.sections().writeTo(this.body, signatureBytes);
		return withTable();
	}

	// The table stands first, but is known last.
	private byte[] withTable() {
		WireWriter head = new WireWriter();
		head.writeByte(MessageCodec.MAGIC);
		head.writeByte(MessageCodec.VERSION);
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

	private void writeHeader() {
		this.body.writeByte(((this.message.digest() != null) ? MessageCodec.HAS_DIGEST : 0)
				| ((this.message.batch() != null) ? MessageCodec.HAS_BATCH : 0)
				| ((this.message.transfer() != null) ? MessageCodec.HAS_TRANSFER : 0)
				| (this.message.wantsAcknowledgement() ? MessageCodec.WANTS_ACKNOWLEDGEMENT : 0));
		this.body.writeText((this.message.region() != null) ? this.message.region() : "");
		this.body.writeByte(this.message.standing().ordinal());
		this.body.writeNumber(this.message.sentAt());
		this.body.writeNumber(this.message.lastBatch());
	}

	private void writeAges() {
		this.body.writeNumber(this.message.ages().size());
		this.message.ages().forEach((limit, age) -> {
			this.body.writeText(limit);
			writeGrowing(age);
		});
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
		writeGrowing(bucket.state().initial());
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
