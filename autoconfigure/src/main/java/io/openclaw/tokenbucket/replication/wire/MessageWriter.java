package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.wire.Message.PeerReport;
import io.openclaw.tokenbucket.replication.wire.Message.Receipt;
import io.openclaw.tokenbucket.replication.wire.Message.Transfer;

/**
 * Writes one message. It refers to announced members by their rank. It names other
 * members once, in a table. Mutable, for one thread.
 */
public final class MessageWriter {

	private final Message message;

	private final Announcement announcement;

	private final WireWriter body = new WireWriter();

	private final MemberWriter members;

	public MessageWriter(Message message) {
		this.message = message;
		this.announcement = Objects.requireNonNull(message.announcement());
		this.members = new MemberWriter(message.sender(), this.announcement);
	}

	/**
	 * Writes the message.
	 * @param signatureBytes length of the space for a signature at the end, possibly zero
	 */
	public byte[] write(int signatureBytes) {
		writePeers();
		if (this.message.digest() != null) {
			this.body.writeNumber(this.message.digest());
		}
		if (this.message.batch() != null) {
			writeRange(this.message.batch().numbers());
			this.body.writeList(this.message.batch().buckets(), this::writeBucket);
		}
		if (this.message.transfer() != null) {
			writeTransfer(this.message.transfer());
		}
		FoldSection.write(this.message.sections(), buckets(), this.members).writeTo(this.body, signatureBytes);
		return withHead();
	}

	// The table precedes the body, but is complete only after it.
	private byte[] withHead() {
		WireWriter head = new WireWriter();
		head.writeByte(MessageCodec.MAGIC);
		head.writeByte(MessageCodec.VERSION);
		MemberWriter.writeName(this.message.sender(), head);
		writeHeader(head);
		writeAnnouncement(head);
		this.members.writeTable(head);
		byte[] table = head.toByteArray();
		byte[] rest = this.body.toByteArray();
		byte[] whole = new byte[table.length + rest.length];
		System.arraycopy(table, 0, whole, 0, table.length);
		System.arraycopy(rest, 0, whole, table.length, rest.length);
		return whole;
	}

	private void writeHeader(WireWriter head) {
		head.writeByte(((this.message.digest() != null) ? MessageCodec.HAS_DIGEST : 0)
				| ((this.message.batch() != null) ? MessageCodec.HAS_BATCH : 0)
				| ((this.message.transfer() != null) ? MessageCodec.HAS_TRANSFER : 0)
				| (this.message.wantsAcknowledgement() ? MessageCodec.WANTS_ACKNOWLEDGEMENT : 0)
				| (this.message.unacknowledged() ? MessageCodec.UNACKNOWLEDGED : 0)
				| ((this.message.ages() != null) ? MessageCodec.IS_WHOLE : 0));
		head.writeByte(this.message.standing().ordinal());
		head.writeNumber(this.message.sentAt());
		head.writeNumber(this.message.lastBatch());
	}

	private void writeAnnouncement(WireWriter head) {
		head.writeNumber(this.announcement.digest());
		Map<String, Long> ages = this.message.ages();
		if (ages != null) {
			head.writeBytes(this.announcement.bytes());
			head.writeNumber(this.announcement.limits().size());
			this.announcement.limits().keySet().forEach((limit) -> head.writeGrowing(ages.getOrDefault(limit, 0L)));
		}
	}

	// Most reports say no more than up to which batch everything arrived.
	private void writePeers() {
		List<PeerReport> reports = this.message.peers();
		if (reports.isEmpty()) {
			// No list and no run, as in everything that is saved.
			this.body.writeNumber(0);
			this.body.writeNumber(0);
			return;
		}
		List<PeerReport> acknowledged = reports.stream().filter(PeerReport::isAcknowledgement).toList();
		this.body.writeList(reports.stream().filter(Predicate.not(PeerReport::isAcknowledgement)).toList(),
				this::writePeer);
		this.members.writeAll(acknowledged.stream().map(PeerReport::id).toList(), this.body);
		acknowledged.forEach((peer) -> this.body.writeNumber(Objects.requireNonNull(peer.receipt()).upTo()));
	}

	private void writePeer(PeerReport peer) {
		this.members.write(peer.id(), this.body);
		Receipt receipt = peer.receipt();
		this.body.writeByte((peer.listing().received() ? 1 : 0) | peer.listing().standing().ordinal() << 1
				| ((receipt != null) ? MessageReader.HAS_RECEIPT : 0)
				| (peer.lacksAnnouncement() ? MessageReader.LACKS_ANNOUNCEMENT : 0));
		if (receipt != null) {
			this.body.writeNumber(receipt.upTo());
			this.body.writeList(receipt.missing(), this::writeRange);
			this.body.writeNumber(receipt.echo());
			this.body.writeNumber(receipt.heldNanos());
			this.body.writeNumber(receipt.completedTransfer());
		}
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
		this.body.writeList(transfer.buckets(), this::writeBucket);
	}

	private void writeBucket(BucketUpdate bucket) {
		this.body.writeText(bucket.key().limit());
		this.body.writeByte(bucket.key().overflow() ? 1 : 0);
		this.body.writeText(bucket.key().key());
		this.body.writeGrowing(bucket.state().initial());
		Counters.writeBirths(bucket.state().consumed(), this.members, this.body);
		Counters.writeBirths(bucket.state().returned(), this.members, this.body);
		Counters.writeGranted(bucket.state().granted(), this.members, this.body);
	}

	private List<BucketUpdate> buckets() {
		List<BucketUpdate> buckets = new ArrayList<>();
		if (this.message.batch() != null) {
			buckets.addAll(this.message.batch().buckets());
		}
		if (this.message.transfer() != null) {
			buckets.addAll(this.message.transfer().buckets());
		}
		return buckets;
	}

}
