package io.openclaw.tokenbucket.replication.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
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

	// The sender first.
	private final Map<MemberId, Integer> named = new LinkedHashMap<>();

	public MessageWriter(Message message) {
		this.message = message;
		this.announcement = Objects.requireNonNull(message.announcement());
		this.named.put(message.sender(), 0);
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
			writeList(this.message.batch().buckets(), this::writeBucket);
		}
		if (this.message.transfer() != null) {
			writeTransfer(this.message.transfer());
		}
		FoldSection.write(this.message.sections(), buckets(), this::writeMember).writeTo(this.body, signatureBytes);
		return withHead();
	}

	// The table precedes the body, but is complete only after it.
	private byte[] withHead() {
		WireWriter head = new WireWriter();
		head.writeByte(MessageCodec.MAGIC);
		head.writeByte(MessageCodec.VERSION);
		writeName(this.message.sender(), head);
		writeHeader(head);
		writeAnnouncement(head);
		head.writeNumber(this.named.size() - 1);
		this.named.keySet().stream().skip(1).forEach((member) -> writeName(member, head));
		byte[] table = head.toByteArray();
		byte[] rest = this.body.toByteArray();
		byte[] whole = new byte[table.length + rest.length];
		System.arraycopy(table, 0, whole, 0, table.length);
		System.arraycopy(rest, 0, whole, table.length, rest.length);
		return whole;
	}

	private static void writeName(MemberId member, WireWriter out) {
		out.writeText(member.node());
		out.writeNumber(member.incarnation());
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
			this.announcement.limits()
				.keySet()
				.forEach((limit) -> Counters.writeGrowing(ages.getOrDefault(limit, 0L), head));
		}
	}

	// Most reports say no more than up to which batch everything arrived.
	private void writePeers() {
		List<PeerReport> reports = this.message.peers();
		List<PeerReport> acknowledged = reports.stream().filter(PeerReport::isAcknowledgement).toList();
		writeList(reports.stream().filter(Predicate.not(PeerReport::isAcknowledgement)).toList(), this::writePeer);
		writeMembers(acknowledged.stream().map(PeerReport::id).toList());
		acknowledged.forEach((peer) -> this.body.writeNumber(Objects.requireNonNull(peer.receipt()).upTo()));
	}

	private void writePeer(PeerReport peer) {
		writeMember(peer.id(), this.body);
		Receipt receipt = peer.receipt();
		this.body.writeByte((peer.listing().received() ? 1 : 0) | peer.listing().standing().ordinal() << 1
				| ((receipt != null) ? MessageReader.HAS_RECEIPT : 0)
				| (peer.lacksAnnouncement() ? MessageReader.LACKS_ANNOUNCEMENT : 0));
		if (receipt != null) {
			this.body.writeNumber(receipt.upTo());
			writeList(receipt.missing(), this::writeRange);
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
		writeList(transfer.buckets(), this::writeBucket);
	}

	private void writeBucket(BucketUpdate bucket) {
		this.body.writeText(bucket.key().limit());
		this.body.writeByte(bucket.key().overflow() ? 1 : 0);
		this.body.writeText(bucket.key().key());
		Counters.writeGrowing(bucket.state().initial(), this.body);
		writeBirths(bucket.state().consumed());
		writeBirths(bucket.state().returned());
		writeGranted(bucket.state().granted());
	}

	private void writeBirths(GCounter<Birth> counter) {
		List<MemberId> members = new ArrayList<>();
		counter.forEach((birth, amount) -> members.add(birth.member()));
		writeMembers(members);
		counter.forEach((birth, amount) -> {
			this.body.writeNumber(birth.number());
			writeAmount(amount);
		});
	}

	// Refill accrues in equal parts, so many amounts are equal.
	private void writeGranted(GCounter<MemberId> counter) {
		List<MemberId> members = new ArrayList<>();
		long[] amounts = new long[counter.size()];
		counter.forEach((member, amount) -> {
			amounts[members.size()] = amount;
			members.add(member);
		});
		writeMembers(members);
		writeRuns(amounts.length, (index) -> amounts[index] == amounts[index - 1],
				(index) -> writeAmount(amounts[index]));
	}

	// Most amounts are whole tokens.
	private void writeAmount(long amount) {
		long written = Math.min(amount, WireReader.LARGEST);
		boolean whole = written % MicroTokens.PER_TOKEN == 0;
		this.body.writeNumber(whole ? 2 * (written / MicroTokens.PER_TOKEN) : 2 * written + 1);
	}

	private void writeMember(MemberId member, WireWriter out) {
		Integer rank = this.announcement.rank(member);
		if (rank != null) {
			out.writeNumber(2L * rank);
			return;
		}
		int place = this.named.computeIfAbsent(member, (id) -> this.named.size());
		out.writeNumber(2L * place + 1);
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

	private void writeMembers(List<MemberId> members) {
		int runs = 0;
		for (int i = 0; i < members.size(); i++) {
			runs += isNext(members, i) ? 0 : 1;
		}
		this.body.writeNumber(runs);
		writeRuns(members.size(), (index) -> isNext(members, index),
				(index) -> writeMember(members.get(index), this.body));
	}

	// Whether a member follows the one before it among those that are announced.
	private boolean isNext(List<MemberId> members, int index) {
		Integer rank = this.announcement.rank(members.get(index));
		Integer before = (index > 0) ? this.announcement.rank(members.get(index - 1)) : null;
		return rank != null && before != null && rank == before + 1;
	}

	// What continues the element before it is only counted.
	private void writeRuns(int size, IntPredicate continues, IntConsumer write) {
		int further = 0;
		for (int i = 0; i < size; i += 1 + further) {
			write.accept(i);
			further = 0;
			while (i + further + 1 < size && continues.test(i + further + 1)) {
				further++;
			}
			this.body.writeNumber(further);
		}
	}

	private <T> void writeList(List<T> elements, Consumer<T> write) {
		this.body.writeNumber(elements.size());
		elements.forEach(write);
	}

}
