package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.BucketUpdate;
import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.limiter.MembershipView;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.ReplicationSignal;
import io.openclaw.tokenbucket.limiter.Timer;

/**
 * Keeps the replicas of this member in step with those of its peers: decides what is to
 * be sent and when, and takes in what arrives. All work happens in tasks of one timer,
 * which must run them one after the other; public methods may be called on any thread and
 * do not block.
 */
public final class Replicator implements ReplicationSignal {

	private static final long SHORTEST_PAUSE_NANOS = Duration.ofMillis(5).toNanos();

	private static final long ASK_AGAIN_NANOS = Duration.ofMillis(50).toNanos();

	private static final Duration SHORTEST_GAP = Duration.ofMillis(10);

	private static final int ROUND_TRIP_DIVISOR = 16;

	// So many messages at once, then a pause.
	private static final int BURST = 20;

	private final BucketStore store;

	private final ReplicationTransport transport;

	private final ReplicationSettings settings;

	private final NanoClock clock;

	private final Timer timer;

	private final ReplicationListener listener;

	private final MemberId self;

	private final Membership membership;

	private final Outbox outbox;

	private final Transfers transfers;

	private final Presence presence;

	private final Contact contact;

	private final Counts counts = new Counts();

	private final AtomicBoolean woken = new AtomicBoolean();

	private final AtomicBoolean flush = new AtomicBoolean();

	private final CompletableFuture<Void> joined = new CompletableFuture<>();

	private final CompletableFuture<Void> left = new CompletableFuture<>();

	private volatile ReplicationStatus status;

	private FleetState state = FleetState.JOINING;

	private long startedAt;

	private long lastSentAt;

	private long lastBatchAt;

	private long lastChangeAt;

	private long tickAt;

	private long presenceAt;

	private boolean evenTick;

	private boolean batchDue;

	private @Nullable Long acknowledgementOwedAt;

	private long askedAt;

	private long askedFor;

	private @Nullable Long leaveBy;

	private boolean closed;

	private @Nullable Long armedAt;

	/**
	 * Creates a replicator; nothing happens before it is started.
	 * @param store the buckets
	 * @param transport carries messages
	 * @param settings settings
	 * @param clock the clock of the limiter
	 * @param timer runs all work, one task after the other
	 * @param listener is told what happens
	 */
	public Replicator(BucketStore store, ReplicationTransport transport, ReplicationSettings settings, NanoClock clock,
			Timer timer, ReplicationListener listener) {
		this.store = store;
		this.transport = transport;
		this.settings = settings;
		this.clock = clock;
		this.timer = timer;
		this.listener = listener;
		this.self = store.self();
		this.membership = new Membership(this.self, settings);
		this.outbox = new Outbox(store);
		this.transfers = new Transfers(store);
		this.presence = new Presence(this.self, transport, settings.memberTimeout());
		this.contact = new Contact(settings.syncInterval());
		this.status = this.counts.status(this.self, this.settings, this.membership, List.of(),
				MembershipView.joining(this.self, settings.replicationFactor(), clock.nanoTime()), this.outbox,
				Duration.ZERO, clock.nanoTime());
	}

	/**
	 * Subscribes and begins to join. From now on the limiter spends as a joiner may.
	 */
	public void start() {
		long now = this.clock.nanoTime();
		this.startedAt = now - 1;
		this.lastSentAt = now - this.settings.syncInterval().toNanos();
		this.tickAt = now;
		this.presenceAt = now;
		this.store
			.membershipChanged(MembershipView.joining(this.self, this.settings.replicationFactor(), now), now);
		this.store.signalTo(this);
		this.transport.start(this.self,
				(bus, bytes) -> this.timer.schedule(Duration.ZERO, () -> guarded(() -> receive(bus, bytes))));
		wake();
	}

	/**
	 * The end of joining.
	 * @return completes once this member is counted, alone or with others
	 */
	public CompletionStage<Void> joined() {
		return this.joined.minimalCompletionStage();
	}

	/**
	 * Leaves the fleet: flushes, waits for acknowledgements at most as long as a silent
	 * member counts as heard, says goodbye and closes the transport.
	 * @return completes when that is done
	 */
	public CompletionStage<Void> leave() {
		this.timer.schedule(Duration.ZERO, () -> {
			if (this.leaveBy == null) {
				this.leaveBy = this.clock.nanoTime() + longestBoundNanos();
				this.flush.set(true);
				pump();
			}
		});
		return this.left.minimalCompletionStage();
	}

	/**
	 * Replication as it was at most a sync interval ago.
	 * @return the status
	 */
	public ReplicationStatus status() {
		return this.status;
	}

	@Override
	public void flushWanted() {
		this.flush.set(true);
		wake();
	}

	@Override
	public void acknowledgementWanted() {
		wake();
	}

	private void wake() {
		if (this.woken.compareAndSet(false, true)) {
			this.timer.schedule(Duration.ZERO, this::pump);
		}
	}

	// -- receiving

	private void receive(int bus, byte[] bytes) {
		long now = this.clock.nanoTime();
		Message message;
		try {
			message = BatchCodec.decode(bytes);
		}
		catch (MalformedMessageException ex) {
			reject(ex.reason());
			return;
		}
		if (message.sender().equals(this.self)) {
			this.contact.onEcho(bus, this.transport.buses().size(), now);
			return;
		}
		this.listener.onReceived(bytes.length);
		Optional<Peer> sender = this.membership.meet(message, now);
		if (sender.isPresent()) {
			receive(message, sender.get(), now);
		}
		refreshView(now);
		acknowledge(now);
		arm(now);
	}

	private void receive(Message message, Peer sender, long now) {
		Optional<Standing> before = Optional.ofNullable(sender.countsMeAs());
		sender.receive(message, this.self, stamp(now), now);
		if (sender.roundTrip() != null) {
			this.listener.onRoundTrip(sender.roundTrip());
		}
		if (this.membership.readList(message, sender, before, now) && this.membership.isMember()) {
			onCounted();
		}
		message.ages().forEach((limit, age) -> this.store.learnAge(limit, age, now));
		take(message, sender, now);
		compareDigest(message, sender, now);
		message.peers()
			.stream()
			.filter((report) -> report.id().equals(this.self))
			.flatMap((report) -> report.missing().stream())
			.forEach((range) -> sendAgain(sender, range, now));
		if (message.wantsAcknowledgement() && this.acknowledgementOwedAt == null) {
			boolean quiet = now - this.lastSentAt >= 2 * SHORTEST_PAUSE_NANOS;
			this.acknowledgementOwedAt = quiet ? now : now + SHORTEST_PAUSE_NANOS;
		}
	}

	private void take(Message message, Peer sender, long now) {
		Receipts receipts = sender.receipts();
		if (receipts == null) {
			return;
		}
		if (message.batch() != null && merge(message.batch().buckets(), now)) {
			receipts.receive(message.batch().numbers().first(), message.batch().numbers().last(), now);
		}
		if (message.transfer() != null && merge(message.transfer().buckets(), now)
				&& sender.incoming().receive(message.transfer()) && message.transfer().upTo() > 0) {
			receipts.receive(1, message.transfer().upTo(), now);
		}
		long before = receipts.announcedUpTo();
		receipts.announce(message.lastBatch(), now);
		if (!receipts.isComplete() && before < message.lastBatch()) {
			this.counts.onLost();
		}
	}

	private boolean merge(List<BucketUpdate> buckets, long now) {
		boolean accepted = true;
		this.lastChangeAt = now;
		for (BucketUpdate bucket : buckets) {
			accepted &= this.store.merge(bucket, now);
		}
		if (!accepted) {
			reject("contradiction");
		}
		this.listener.onBatchMerged(this.clock.nanoTime() - now);
		return accepted;
	}

	private void sendAgain(Peer peer, SequenceRange range, long now) {
		Optional<List<Message.Batch>> batches = this.outbox.again(range, now);
		if (batches.isEmpty()) {
			this.transfers.start(peer, this.outbox.lastNumber(), now);
			return;
		}
		for (Message.Batch batch : batches.get()) {
			onRepair();
			send(peer, batch, null, now);
		}
	}

	private void compareDigest(Message message, Peer sender, long now) {
		if (message.digest() == null || !isQuiet(now) || !sender.hasNoGap()) {
			return;
		}
		if (sender.differs(message.digest() != this.store.digest(StateDigest::of, now))) {
			onRepair();
			this.transfers.start(sender, this.outbox.lastNumber(), now);
		}
	}

	private void acknowledge(long now) {
		List<Peer> members = this.membership.members();
		members.stream()
			.filter(Peer::isHeard)
			.mapToLong(Peer::acknowledgedUpTo)
			.min()
			.ifPresent((upTo) -> this.outbox.acknowledgedByHeard(upTo, now));
		OptionalLong byAll = this.membership.peers().stream().mapToLong(Peer::acknowledgedUpTo).min();
		if (byAll.isPresent()) {
			this.outbox.acknowledgedByAll(byAll.getAsLong());
		}
		else if (this.membership.isMember()) {
			this.store.settleAlone(now);
			this.outbox.acknowledgedByHeard(this.outbox.lastNumber(), now);
			this.outbox.acknowledgedByAll(this.outbox.lastNumber());
		}
	}

	private void reject(String reason) {
		this.counts.onRejected();
		this.listener.onRejected(reason);
	}

	private void onRepair() {
		this.counts.onRepair();
		this.listener.onRepair();
	}

	// -- sending

	private void pump() {
		this.woken.set(false);
		guarded(() -> {
			long now = this.clock.nanoTime();
			if (this.armedAt != null && now - this.armedAt >= 0) {
				this.armedAt = null;
			}
			refreshView(now);
			tickIfDue(now);
			sendIfDue(now);
			leaveIfDue(now);
			arm(now);
		});
	}

	private void tickIfDue(long now) {
		if (now - this.tickAt < 0) {
			return;
		}
		// A paused process does not make up for the ticks that it missed.
		this.tickAt = now + this.settings.syncInterval().toNanos() / 2;
		this.batchDue = true;
		this.evenTick = !this.evenTick;
		if (this.evenTick) {
			tick(now);
		}
	}

	private void tick(long now) {
		this.membership.forgetSilent(now);
		if (this.contact.isDue(now) && this.membership.found(now)) {
			onCounted();
		}
		this.membership.promote(now);
		this.membership.peers()
			.stream()
			.filter((peer) -> this.membership.isSponsorOf(peer) && peer.outgoing().isDue(now))
			.forEach((peer) -> this.transfers.start(peer, this.outbox.lastNumber(), now));
		if (now - this.presenceAt >= 0) {
			this.presenceAt = now + Presence.INTERVAL.toNanos();
			checkPresence();
		}
		refreshView(now);
		acknowledge(now);
		this.store.tick(now);
		this.status = this.counts.status(this.self, this.settings, this.membership, this.transport.buses(),
				this.store.view(now), this.outbox, Duration.ofNanos(this.store.lag(now)), now);
	}

	private void checkPresence() {
		Set<MemberId> members = this.membership.members().stream().map(Peer::id).collect(Collectors.toSet());
		this.presence.check(members, (present) -> this.timer.schedule(Duration.ZERO, () -> guarded(() -> {
			long now = this.clock.nanoTime();
			Set<MemberId> faded = this.presence.faded(members, present, now);
			this.membership.members()
				.stream()
				.filter((peer) -> faded.contains(peer.id()))
				.filter((peer) -> !peer.isReceived(this.settings.syncInterval(), now))
				.forEach((peer) -> this.membership.remove(peer.id()));
			refreshView(now);
		})));
	}

	private void sendIfDue(long now) {
		if (isBatchDue(now)) {
			sendBatches(now);
		}
		else if (isMessageDue(now)) {
			send(null, null, null, now);
		}
		for (int left = BURST; left > 0 && !this.transfers.isEmpty(); left--) {
			this.transfers.next(now).ifPresent((part) -> send(part.recipient(), null, part.transfer(), now));
		}
	}

	private void sendBatches(long now) {
		this.batchDue = false;
		this.flush.set(false);
		this.lastBatchAt = now;
		this.lastChangeAt = now;
		for (int left = BURST; left > 0; left--) {
			Optional<Message.Batch> batch = this.outbox.next(now);
			if (batch.isEmpty()) {
				return;
			}
			send(null, batch.get(), null, now);
			this.listener.onBatchPublished(this.clock.nanoTime() - now);
		}
		this.flush.set(true);
	}

	private boolean isBatchDue(long now) {
		return hasAudience() && this.store.hasDirty() && (this.batchDue
				|| (isUrgent() && now - this.lastBatchAt >= pause()));
	}

	private boolean isMessageDue(long now) {
		if (now - heartbeatAt() >= 0) {
			return true;
		}
		return now - this.lastSentAt >= pause() && isAnswerDue(now);
	}

	private boolean isAnswerDue(long now) {
		return (this.acknowledgementOwedAt != null && now - this.acknowledgementOwedAt >= 0)
				|| (wantsAcknowledgement() && now - askAt() >= 0)
				|| this.membership.peers().stream().anyMatch((peer) -> isAskDue(peer, now));
	}

	private void send(@Nullable Peer recipient, Message.@Nullable Batch batch, Message.@Nullable Transfer transfer,
			long now) {
		boolean toAll = recipient == null;
		boolean asks = toAll && this.store.hasWaiting() && (batch != null || now - askAt() >= 0);
		boolean heartbeat = toAll && batch == null;
		List<Message.PeerReport> reports = this.membership.peers()
			.stream()
			.map((peer) -> peer.report(this.settings.syncInterval(), toAll && isAskDue(peer, now), now))
			.toList();
		Long digest = (heartbeat && isQuiet(now) && !this.membership.members().isEmpty())
				? this.store.digest(StateDigest::of, now) : null;
		byte[] bytes = BatchCodec.encode(new Message(this.self, this.settings.region(), this.membership.standing(),
				stamp(now), this.outbox.lastNumber(), asks, reports, this.store.ages(now), digest, batch,
				transfer));
		if (toAll) {
			this.transport.publish(bytes);
			this.lastSentAt = now;
			this.acknowledgementOwedAt = null;
		}
		else {
			this.transport.send(recipient.id(), bytes);
		}
		if (asks) {
			this.askedAt = now;
			this.askedFor = this.outbox.lastNumber();
		}
		this.listener.onSent(bytes.length);
	}

	// Positive, and opaque to everybody else.
	private long stamp(long now) {
		return now - this.startedAt;
	}

	private boolean isUrgent() {
		return this.flush.get() || this.store.hasWaiting();
	}

	// What third members published lately may have reached only one of two that compare.
	private boolean isQuiet(long now) {
		return now - this.lastChangeAt > 2 * this.settings.syncInterval().toNanos() && !this.store.hasDirty()
				&& this.outbox.isAcknowledged();
	}

	private boolean hasContact() {
		return this.contact.isMade() || hasAudience();
	}

	private boolean hasAudience() {
		return !this.membership.peers().isEmpty();
	}

	private boolean wantsAcknowledgement() {
		return this.store.hasWaiting() && !this.outbox.isAcknowledged();
	}

	private boolean isAskDue(Peer peer, long now) {
		return peer.askAt(SHORTEST_GAP).filter((at) -> now - at >= 0).isPresent();
	}

	private long heartbeatAt() {
		return this.lastSentAt + this.settings.syncInterval().toNanos();
	}

	private long askAt() {
		return (this.askedFor < this.outbox.lastNumber()) ? this.lastSentAt + pause()
				: this.askedAt + ASK_AGAIN_NANOS;
	}

	// -- waiting

	private void arm(long now) {
		if (this.closed) {
			return;
		}
		long at = nextDue(now);
		if (this.armedAt == null || at - this.armedAt < 0) {
			this.armedAt = at;
			this.timer.schedule(Duration.ofNanos(at - now), this::pump);
		}
	}

	private long nextDue(long now) {
		long next = Math.min(this.tickAt - now, heartbeatAt() - now);
		if (hasAudience() && this.store.hasDirty() && isUrgent()) {
			next = Math.min(next, this.lastBatchAt + pause() - now);
		}
		next = Math.min(next, Math.max(nextAnswer(now), this.lastSentAt + pause() - now));
		if (!this.transfers.isEmpty() || this.leaveBy != null) {
			next = Math.min(next, SHORTEST_PAUSE_NANOS);
		}
		return now + Math.max(0, next);
	}

	private long nextAnswer(long now) {
		long next = Long.MAX_VALUE;
		if (this.acknowledgementOwedAt != null) {
			next = Math.min(next, this.acknowledgementOwedAt - now);
		}
		if (wantsAcknowledgement()) {
			next = Math.min(next, askAt() - now);
		}
		for (Peer peer : this.membership.peers()) {
			next = Math.min(next, peer.askAt(SHORTEST_GAP).map((at) -> at - now).orElse(next));
		}
		return next;
	}

	// Where even the nearest peer is far, hurrying more than this tells it nothing sooner.
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

	// -- membership

	private void refreshView(long now) {
		MembershipView view = this.membership.view(this.outbox, hasContact(), now);
		this.store.membershipChanged(view, now);
		FleetState before = this.state;
		this.state = view.state();
		if (before != this.state) {
			this.listener.onStateChange(before, this.state);
		}
	}

	private void onCounted() {
		// What was published while nobody counted this member may have reached nobody.
		this.store.publishAllAgain();
		this.flush.set(true);
		this.joined.complete(null);
	}

	private void leaveIfDue(long now) {
		if (this.leaveBy == null || this.closed) {
			return;
		}
		boolean pending = this.store.hasDirty() || !this.outbox.isAcknowledged();
		boolean nobody = this.membership.members().stream().noneMatch(Peer::isHeard);
		if (!pending || nobody || now - this.leaveBy >= 0) {
			this.closed = true;
			this.membership.leave();
			send(null, null, null, now);
			this.transport.removePresence(this.self);
			this.transport.close();
			this.left.complete(null);
		}
	}

	private long longestBoundNanos() {
		return this.membership.members()
			.stream()
			.mapToLong((peer) -> peer.boundNanos(this.settings.syncInterval()))
			.max()
			.orElse(0);
	}

	private void guarded(Runnable work) {
		if (this.closed) {
			return;
		}
		try {
			work.run();
		}
		catch (RuntimeException ex) {
			this.listener.onFailure(ex);
			arm(this.clock.nanoTime());
		}
	}

}
