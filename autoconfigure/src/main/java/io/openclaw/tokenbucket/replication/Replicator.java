package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.limiter.LimitDefinition;
import io.openclaw.tokenbucket.limiter.MembershipView;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.ReplicationSignal;
import io.openclaw.tokenbucket.limiter.Timer;

/**
 * Keeps the replicas of this member in step with those of its peers: joins, ticks, and
 * leaves. All work happens in tasks of one timer, which must run them one after the
 * other; public methods may be called on any thread and do not block.
 */
public final class Replicator implements ReplicationSignal {

	private static final long LEAVE_CHECK_NANOS = Duration.ofMillis(5).toNanos();

	private final BucketStore store;

	private final ReplicationTransport transport;

	private ReplicationSettings settings;

	private final NanoClock clock;

	private final Timer timer;

	private final CountingListener listener;

	private MemberId self;

	private Membership membership;

	private Outbox outbox;

	private Outbound outbound;

	private Inbound inbound;

	private Presence presence;

	private Contact contact;

	private final Backlog backlog = new Backlog();

	private final AtomicBoolean woken = new AtomicBoolean();

	private final AtomicBoolean flush = new AtomicBoolean();

	private final CompletableFuture<Boolean> joined = new CompletableFuture<>();

	private final CompletableFuture<Void> left = new CompletableFuture<>();

	private volatile ReplicationStatus status;

	private FleetState state = FleetState.JOINING;

	private @Nullable MembershipChanged members;

	private boolean counted;

	private long tickAt;

	private long presenceAt;

	private boolean wholeTick;

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
		this.listener = new CountingListener(listener);
		this.self = store.self();
		long now = clock.nanoTime();
		participate(now);
		this.status = describe(List.of(), this.membership.view(this.outbox, false, now), Duration.ZERO, now);
	}

	// As a process of its id that knows nobody yet.
	private void participate(long now) {
		this.membership = new Membership(this.self, this.settings);
		this.outbox = new Outbox(this.store);
		this.outbound = new Outbound(this.store, this.transport, this.settings, this.clock, this.membership,
				this.outbox, this.listener);
		this.inbound = new Inbound(this.store, this.clock, this.membership, this.outbound, this.listener);
		this.presence = new Presence(this.self, this.transport, this.settings.memberTimeout());
		this.contact = new Contact(this.settings.syncInterval());
		this.presenceAt = now;
	}

	/**
	 * Subscribes and begins to join. From now on the limiter spends as a joiner may.
	 */
	public void start() {
		long now = this.clock.nanoTime();
		this.tickAt = now;
		this.presenceAt = now;
		MembershipView view = this.membership.view(this.outbox, false, now);
		this.state = view.state();
		this.store.membershipChanged(view, now);
		this.store.signalTo(this);
		this.transport.start(this.self, this::arrive);
		wake();
	}

	/**
	 * The end of joining.
	 * @return completes once this member is counted, alone or with others
	 */
	public CompletionStage<Void> joined() {
		return this.joined.thenAccept((founder) -> {
		});
	}

	/**
	 * How this member came to be counted.
	 * @return completes once it is, with whether it founded the fleet since it found
	 * nobody to join
	 */
	public CompletionStage<Boolean> founded() {
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

	/**
	 * Changes how often state is exchanged. Peers learn of it with the next message.
	 * @param newInterval the interval, positive; three of them shorter than the member
	 * timeout
	 * @throws IllegalArgumentException if it is not
	 */
	public void changeSyncInterval(Duration newInterval) {
		ReplicationSettings changed = this.settings.withSyncInterval(newInterval);
		this.timer.schedule(Duration.ZERO, () -> guarded(() -> {
			long now = this.clock.nanoTime();
			this.settings = changed;
			this.membership.change(changed);
			this.outbound.change(changed);
			this.tickAt = now;
			this.outbound.publishNow(now);
			arm(now);
		}));
	}

	@Override
	public void limitChanged(String limit) {
		this.timer.schedule(Duration.ZERO, () -> guarded(() -> {
			this.outbound.onLimitChange(limit, this.clock.nanoTime());
			arm(this.clock.nanoTime());
		}));
	}

	private void wake() {
		if (this.woken.compareAndSet(false, true)) {
			this.timer.schedule(Duration.ZERO, this::pump);
		}
	}

	// On any thread.
	private void arrive(int bus, byte[] bytes) {
		if (this.backlog.add(bytes.length)) {
			this.timer.schedule(Duration.ZERO, () -> {
				this.backlog.remove(bytes.length);
				guarded(() -> receive(bus, bytes));
			});
		}
	}

	private void receive(int bus, byte[] bytes) {
		for (long refused = this.backlog.drainRefused(); refused > 0; refused--) {
			this.listener.onRejected("overload");
		}
		long now = this.clock.nanoTime();
		try {
			Message message = this.settings.signing().read(bytes);
			if (message.sender().equals(this.self)) {
				this.contact.onEcho(bus, this.transport.buses().size(), now);
				return;
			}
			this.listener.onReceived(bytes.length);
			this.inbound.receive(message, now);
			if (this.membership.drainRecalls()) {
				this.outbound.oweAcknowledgement(now);
			}
			Long outranked = this.membership.outranked();
			if (outranked != null) {
				riseAbove(outranked, now);
			}
			followMembership(now);
			arm(now);
		}
		catch (MalformedMessageException ex) {
			this.listener.onRejected(ex.reason());
		}
	}

	// Peers would ignore this process for good.
	private void riseAbove(long incarnation, long now) {
		MemberId before = this.self;
		this.self = new MemberId(before.node(), incarnation + 1);
		this.transport.removePresence(before);
		this.counted = false;
		participate(now);
		this.store.become(this.membership.view(this.outbox, true, now), now);
		this.listener.onRaise(before, this.self);
		this.outbound.publishNow(now);
	}

	private void pump() {
		this.woken.set(false);
		guarded(() -> {
			long now = this.clock.nanoTime();
			if (this.armedAt != null && now - this.armedAt >= 0) {
				this.armedAt = null;
			}
			if (this.flush.getAndSet(false)) {
				this.outbound.flush();
			}
			followMembership(now);
			tickIfDue(now);
			this.outbound.sendDue(now);
			leaveIfDue(now);
			arm(now);
		});
	}

	// A dirty bucket waits at most half a sync interval; all else happens once a whole
	// one.
	private void tickIfDue(long now) {
		if (now - this.tickAt < 0) {
			return;
		}
		if (now - this.tickAt > this.settings.syncInterval().toNanos()) {
			this.contact.startOver(now);
		}
		// A paused process does not make up for the ticks that it missed.
		this.tickAt = now + this.settings.syncInterval().toNanos() / 2;
		this.outbound.batchDue();
		this.wholeTick = !this.wholeTick;
		if (this.wholeTick) {
			tick(now);
		}
	}

	private void tick(long now) {
		this.membership.forgetSilent(now);
		if (this.contact.isDue(now)) {
			this.membership.found(now);
		}
		this.membership.promote(now);
		this.membership.peers()
			.stream()
			.filter((peer) -> this.membership.isSponsorOf(peer) && peer.outgoing().isDue(now))
			.forEach((peer) -> this.outbound.transfer(peer, now));
		if (now - this.presenceAt >= 0) {
			this.presenceAt = now + Presence.INTERVAL.toNanos();
			checkPresence();
		}
		followMembership(now);
		if (!this.store.adopted().isEmpty()) {
			this.store.forgetAdopted(
					(limit) -> this.membership.peers().stream().anyMatch((peer) -> peer.isConfiguredWith(limit)));
		}
		this.store.tick(now);
		this.outbound.sumUp(now);
		this.status = describe(this.transport.buses(), this.store.view(now), Duration.ofNanos(this.store.lag(now)),
				now);
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
			followMembership(now);
		})));
	}

	// Who is heard decides what is acknowledged, and both what may be spent.
	private void followMembership(long now) {
		if (this.membership.isMember() && !this.counted) {
			// What was published while nobody counted this member may have reached
			// nobody.
			this.store.publishAllAgain();
			this.outbound.flush();
		}
		this.counted = this.membership.isMember();
		boolean contacted = this.contact.isMade() || !this.membership.peers().isEmpty();
		MembershipView view = this.membership.view(this.outbox, contacted, now);
		this.store.membershipChanged(view, now);
		if (this.counted) {
			this.joined.complete(this.membership.isFounder());
		}
		FleetState before = this.state;
		this.state = view.state();
		if (before != this.state) {
			this.listener.onStateChange(before, this.state);
		}
		MembershipChanged members = new MembershipChanged(view.state(), view.size(), view.heard());
		if (!members.equals(this.members)) {
			this.members = members;
			this.listener.onMembershipChange(members);
		}
		acknowledge(now);
	}

	private void acknowledge(long now) {
		this.membership.members()
			.stream()
			.filter(Peer::isHeard)
			.mapToLong(Peer::acknowledgedUpTo)
			.min()
			.ifPresent((upTo) -> this.outbox.acknowledgedByHeard(upTo, now));
		OptionalLong byAll = this.membership.peers().stream().mapToLong(Peer::acknowledgedUpTo).min();
		if (byAll.isPresent()) {
			this.outbox.acknowledgedByAll(byAll.getAsLong(), now);
		}
		else if (this.membership.isMember()) {
			this.store.settleAlone(now);
			this.outbox.acknowledgedByAll(this.outbox.lastNumber(), now);
		}
	}

	private void leaveIfDue(long now) {
		if (this.leaveBy == null || this.closed) {
			return;
		}
		List<Peer> heard = this.membership.members().stream().filter(Peer::isHeard).toList();
		Collection<LimitDefinition> limits = this.store.definitions().values();
		boolean pending = this.store.hasDirty() || !this.outbox.isAcknowledged()
				|| !heard.stream().allMatch((peer) -> peer.follows(limits));
		if (!pending || heard.isEmpty() || now - this.leaveBy >= 0) {
			this.membership.leave();
			guarded(() -> this.outbound.publishNow(now));
			guarded(() -> this.transport.removePresence(this.self));
			guarded(this.transport::close);
			this.closed = true;
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

	private void arm(long now) {
		if (this.closed) {
			return;
		}
		long at = this.outbound.nextDue(now);
		at = (this.tickAt - at < 0) ? this.tickAt : at;
		at = (this.leaveBy != null && now + LEAVE_CHECK_NANOS - at < 0) ? now + LEAVE_CHECK_NANOS : at;
		if (this.armedAt == null || at - this.armedAt < 0) {
			this.armedAt = at;
			this.timer.schedule(Duration.ofNanos(at - now), this::pump);
		}
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

	private ReplicationStatus describe(List<BusStatus> buses, MembershipView view, Duration lag, long now) {
		List<MemberStatus> members = this.membership.peers().stream().map((peer) -> describe(peer, now)).toList();
		return new ReplicationStatus(this.self, this.settings.region(), this.membership.standing(), view.state(),
				view.size(), members, buses, lag, this.listener.lost(), this.listener.repairs(),
				this.listener.rejected());
	}

	private MemberStatus describe(Peer peer, long now) {
		Duration age = peer.everReceived() ? Duration.ofNanos(now - peer.receivedAt()) : null;
		return new MemberStatus(peer.id(), peer.region(), peer.standing(),
				peer.isReceived(this.settings.syncInterval(), now), peer.isHeard(), age, peer.roundTrip(),
				Math.max(0, this.outbox.lastNumber() - peer.acknowledgedUpTo()));
	}

}
