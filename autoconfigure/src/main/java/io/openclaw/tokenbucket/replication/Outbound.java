package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitDefinition;
import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * What is to be sent, and when: a batch when buckets changed, at once when it is urgent;
 * an answer when a peer waits for one; else a heartbeat. Mutable, confined to the
 * replicating thread.
 */
final class Outbound {

	private static final long SHORTEST_PAUSE_NANOS = Duration.ofMillis(5).toNanos();

	private static final long ASK_AGAIN_NANOS = Duration.ofMillis(50).toNanos();

	private static final Duration SHORTEST_GAP = Duration.ofMillis(10);

	private static final int ROUND_TRIP_DIVISOR = 32;

	// So many messages at once, then a pause.
	private static final int BURST = 20;

	// What a transfer takes, so that a million buckets, in ten seconds, overrun neither a
	// receiver that merges them beside its requests nor the server on their way.
	private static final long NANOS_A_BYTE = 200;

	private final BucketStore store;

	private final ReplicationTransport transport;

	private ReplicationSettings settings;

	private final NanoClock clock;

	private final Membership membership;

	private final Outbox outbox;

	private final Transfers transfers;

	private final DigestWalk digests;

	private final LimitNews limits;

	private final ReplicationListener listener;

	private final long startedAt;

	private long lastSentAt;

	private long lastBatchAt;

	private long nextPartAt;

	private long lastChangeAt;

	private boolean batchDue;

	private boolean flushWanted;

	private @Nullable Long acknowledgementOwedAt;

	private long askedAt;

	private long askedFor;

	Outbound(BucketStore store, ReplicationTransport transport, ReplicationSettings settings, NanoClock clock,
			Membership membership, Outbox outbox, ReplicationListener listener) {
		this.store = store;
		this.transport = transport;
		this.settings = settings;
		this.clock = clock;
		this.membership = membership;
		this.outbox = outbox;
		this.transfers = new Transfers(store);
		this.digests = new DigestWalk(store);
		this.limits = new LimitNews(store);
		this.listener = listener;
		long now = clock.nanoTime();
		this.startedAt = now - 1;
		this.lastSentAt = now - settings.syncInterval().toNanos();
		this.lastBatchAt = this.lastSentAt;
		this.nextPartAt = this.lastSentAt;
		this.lastChangeAt = now;
		this.askedAt = this.lastSentAt;
	}

	/**
	 * Goes on with other settings.
	 */
	void change(ReplicationSettings newSettings) {
		this.settings = newSettings;
	}

	/**
	 * What a message would be stamped with: positive, and opaque to everybody else.
	 */
	long stamp(long now) {
		return now - this.startedAt;
	}

	/**
	 * The number of the last batch published.
	 */
	long lastBatch() {
		return this.outbox.lastNumber();
	}

	/**
	 * Has changed buckets leave with the next message, whatever they are worth.
	 */
	void batchDue() {
		this.batchDue = true;
	}

	/**
	 * Has changed buckets leave as soon as the pause between batches allows.
	 */
	void flush() {
		this.flushWanted = true;
	}

	/**
	 * A peer has a request that waits for an acknowledgement.
	 */
	void oweAcknowledgement(long now) {
		if (this.acknowledgementOwedAt == null) {
			boolean quiet = now - this.lastSentAt >= 2 * SHORTEST_PAUSE_NANOS;
			this.acknowledgementOwedAt = quiet ? now : now + SHORTEST_PAUSE_NANOS;
		}
	}

	/**
	 * A limit was changed here, and the others must know.
	 */
	void onLimitChange(String limit, long now) {
		this.limits.onChange(limit);
		oweAcknowledgement(now);
	}

	/**
	 * A peer says which definitions it follows.
	 */
	void compareLimits(Map<String, Long> fingerprints, long now) {
		if (this.limits.compare(fingerprints, this.settings.syncInterval(), now)) {
			oweAcknowledgement(now);
		}
	}

	/**
	 * What others published has been merged.
	 */
	void onMerged(long now) {
		this.lastChangeAt = now;
	}

	/**
	 * Goes on summing up what the others should have as well, while nothing changes.
	 */
	void sumUp(long now) {
		if (isQuiet(now)) {
			this.digests.step(now);
		}
		else {
			this.digests.startOver();
		}
	}

	/**
	 * The digest that others are compared with; {@code null} if it is not known, or not
	 * worth comparing.
	 */
	@Nullable Long digest(long now) {
		return isQuiet(now) ? this.digests.known() : null;
	}

	/**
	 * Sends what is due.
	 */
	void sendDue(long now) {
		if (isBatchDue(now)) {
			sendBatches(now);
		}
		else if (isMessageDue(now)) {
			publish(null, now);
		}
		if (!this.transfers.isEmpty() && now - this.nextPartAt >= 0) {
			// First, so that a transport that throws is not asked again at once.
			this.nextPartAt = now + SHORTEST_PAUSE_NANOS;
			this.transfers.next(now).ifPresent((part) -> sendPart(part, now));
		}
	}

	private void sendPart(Transfers.Addressed part, long now) {
		int bytes = send(part.recipient(), message(List.of(), null, part.transfer(),
				this.limits.neededFor(part.transfer().buckets(), List.of(part.recipient())), false, now));
		this.nextPartAt = now + Math.max(SHORTEST_PAUSE_NANOS, bytes * NANOS_A_BYTE);
	}

	/**
	 * When something will be due, if nothing happens until then.
	 */
	long nextDue(long now) {
		long next = this.lastSentAt + this.settings.syncInterval().toNanos() - now;
		if (hasAudience() && this.store.hasDirty() && isUrgent()) {
			next = Math.min(next, this.lastBatchAt + pause() - now);
		}
		next = Math.min(next, Math.max(nextAnswer(now), this.lastSentAt + pause() - now));
		if (!this.transfers.isEmpty()) {
			next = Math.min(next, this.nextPartAt - now);
		}
		return now + Math.max(0, next);
	}

	/**
	 * Sends a message without buckets at once.
	 */
	void publishNow(long now) {
		publish(null, now);
	}

	/**
	 * Sends batches again to a peer that lacks them; everything, if they are forgotten.
	 * Not more at once than a burst: who lacks more asks again.
	 */
	void sendAgain(Peer peer, List<SequenceRange> ranges, long now) {
		if (!peer.mayRepair(SHORTEST_GAP.dividedBy(2), now)) {
			return;
		}
		List<Message.Batch> batches = new ArrayList<>();
		for (SequenceRange range : ranges) {
			Optional<List<Message.Batch>> again = this.outbox.again(range, now);
			if (again.isEmpty()) {
				transfer(peer, now);
				return;
			}
			batches.addAll(again.get());
		}
		batches.stream().limit(BURST).forEach((batch) -> {
			this.listener.onRepair();
			send(peer, message(List.of(), batch, null, this.limits.neededFor(batch.buckets(), List.of(peer)), false,
					now));
		});
	}

	/**
	 * Sends everything to a peer.
	 */
	void transfer(Peer peer, long now) {
		this.transfers.start(peer, this.outbox.lastNumber(), now);
	}

	// Only then are digests worth comparing: what third members published lately may have
	// reached only one of two.
	private boolean isQuiet(long now) {
		return now - this.lastChangeAt > 2 * this.settings.syncInterval().toNanos() && !this.store.hasDirty()
				&& this.outbox.isAcknowledged();
	}

	private void sendBatches(long now) {
		this.batchDue = false;
		this.flushWanted = false;
		this.lastBatchAt = now;
		this.lastChangeAt = now;
		for (int left = BURST; left > 0; left--) {
			Optional<Message.Batch> batch = this.outbox.next(now);
			if (batch.isEmpty()) {
				return;
			}
			publish(batch.get(), now);
			this.listener.onBatchPublished(this.clock.nanoTime() - now);
		}
		this.flushWanted = true;
	}

	private void publish(Message.@Nullable Batch batch, long now) {
		boolean asks = this.store.hasWaiting() && (batch != null || now - askAt() >= 0);
		List<Peer> lacking = this.membership.peers().stream().filter((peer) -> isGapDue(peer, now)).toList();
		List<LimitDefinition> needed = (batch != null)
				? this.limits.neededFor(batch.buckets(), this.membership.peers()) : List.of();
		Message message = message(lacking, batch, null,
				Stream.concat(needed.stream(), this.limits.tell(now).stream()).distinct().toList(), asks, now);
		byte[] bytes = this.settings.signing().write(message);
		// First, so that a transport that throws is not asked again at once.
		this.lastSentAt = now;
		this.acknowledgementOwedAt = null;
		if (asks) {
			this.askedAt = now;
			this.askedFor = this.outbox.lastNumber();
		}
		this.transport.publish(bytes);
		this.listener.onSent(bytes.length);
	}

	private int send(Peer recipient, Message message) {
		byte[] bytes = this.settings.signing().write(message);
		this.transport.send(recipient.id(), bytes);
		this.listener.onSent(bytes.length);
		return bytes.length;
	}

	private Message message(List<Peer> lacking, Message.@Nullable Batch batch, Message.@Nullable Transfer transfer,
			List<LimitDefinition> definitions, boolean asks, long now) {
		List<Message.PeerReport> reports = Stream
			.concat(this.membership.peers()
				.stream()
				.map((peer) -> peer.report(this.settings.syncInterval(), lacking.contains(peer), now)),
					this.membership.recalled(now).stream())
			.toList();
		boolean compares = batch == null && transfer == null && this.membership.isMember()
				&& !this.membership.members().isEmpty();
		Long digest = compares ? digest(now) : null;
		Map<String, Long> ages = this.store.ages(now);
		Sections sections = LimitSections.fingerprints(
				LimitSections.interval(Sections.NONE, this.settings.syncInterval()),
				this.limits.fingerprints(ages.keySet()));
		sections = LimitSections.adopted(sections, this.store.adopted(), ages.keySet());
		sections = LimitSections.definitions(sections, definitions);
		return new Message(this.store.self(), this.settings.region(), this.membership.standing(), stamp(now),
				this.outbox.lastNumber(), asks, reports, ages, digest, batch, transfer, sections);
	}

	private boolean isBatchDue(long now) {
		boolean due = this.batchDue || (isUrgent() && now - this.lastBatchAt >= pause());
		return due && hasAudience() && this.store.hasDirty();
	}

	private boolean isMessageDue(long now) {
		long since = now - this.lastSentAt;
		return since >= this.settings.syncInterval().toNanos() || (since >= pause() && nextAnswer(now) <= 0);
	}

	private long nextAnswer(long now) {
		long next = Long.MAX_VALUE;
		if (this.acknowledgementOwedAt != null) {
			next = Math.min(next, this.acknowledgementOwedAt - now);
		}
		if (this.store.hasWaiting() && !this.outbox.isAcknowledged()) {
			next = Math.min(next, askAt() - now);
		}
		for (Peer peer : this.membership.peers()) {
			next = Math.min(next, gapDueAt(peer, now).map((at) -> at - now).orElse(next));
		}
		return next;
	}

	// Asks once about what was published last, and then again from time to time.
	private long askAt() {
		return (this.askedFor < this.outbox.lastNumber()) ? this.lastSentAt + pause() : this.askedAt + ASK_AGAIN_NANOS;
	}

	private boolean isGapDue(Peer peer, long now) {
		return gapDueAt(peer, now).filter((at) -> now - at >= 0).isPresent();
	}

	// Who is silent does not answer either.
	private Optional<Long> gapDueAt(Peer peer, long now) {
		return peer.isReceived(this.settings.syncInterval(), now) ? peer.askAt(SHORTEST_GAP) : Optional.empty();
	}

	private boolean isUrgent() {
		return this.flushWanted || this.store.hasWaiting();
	}

	private boolean hasAudience() {
		return !this.membership.peers().isEmpty();
	}

	// Where even the nearest peer is far, hurrying more than this tells it nothing
	// sooner.
	private long pause() {
		long nearest = this.membership.members()
			.stream()
			.filter(Peer::isHeard)
			.map(Peer::roundTrip)
			.filter(Objects::nonNull)
			.mapToLong(Duration::toNanos)
			.min()
			.orElse(0);
		return Math.max(SHORTEST_PAUSE_NANOS, nearest / ROUND_TRIP_DIVISOR);
	}

}
