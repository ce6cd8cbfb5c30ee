package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.ReplicationSignal;
import io.openclaw.tokenbucket.replication.gossip.CountingListener;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

/**
 * Keeps the replicas of this member in step with those of its peers: joins, ticks, and
 * leaves. All work happens in tasks of one timer, which must run them one after the
 * other; public methods may be called on any thread and do not block.
 */
public final class Replicator implements ReplicationSignal {

	// Each of two thousand buckets, and a few percent of a core together: they look for
	// differences that should not be.
	private static final int DIGEST_STEPS = 3;

	private final BucketStore store;

	private final ReplicationTransport transport;

	private volatile ReplicationSettings settings;

	private final NanoClock clock;

	private final CountingListener listener;

	private final EventLoop loop;

	private final FleetObserver observer;

	private final Departure departure;

	private final Backlog backlog = new Backlog();

	private final AtomicBoolean flush = new AtomicBoolean();

	private final CompletableFuture<Boolean> joined = new CompletableFuture<>();

	private Participation self;

	private final SyncIntervals intervals = new SyncIntervals();

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
		this.listener = new CountingListener(listener);
		this.departure = new Departure(store);
		this.self = new Participation(store.self(), store, transport, () -> this.settings, clock, this.listener);
		this.observer = new FleetObserver(() -> this.settings, this.listener, this.self.view(clock.nanoTime()),
				transport.buses());
		this.loop = new EventLoop(clock, timer, this::doDue, this::nextDue, this.listener::onFailure);
	}

	/**
	 * Subscribes and begins to join. From now on the limiter spends as a joiner may.
	 */
	public void start() {
		long now = this.clock.nanoTime();
		this.intervals.endHalfAt(now);
		MembershipView view = this.self.view(now);
		this.observer.onStart(view);
		this.store.membershipChanged(view, now);
		this.store.signalTo(this);
		this.transport.start(this.self.id(), this::arrive);
		this.loop.wake();
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
		this.loop.execute((now) -> {
			if (!this.departure.hasBegun()) {
				this.departure.begin(now + this.self.longestBoundNanos());
				this.flush.set(true);
				doDue(now);
			}
		});
		return this.departure.completion();
	}

	/**
	 * Replication as it was at most a sync interval ago.
	 * @return the status
	 */
	public ReplicationStatus status() {
		return this.observer.status();
	}

	@Override
	public void flushWanted() {
		this.flush.set(true);
		this.loop.wake();
	}

	@Override
	public void acknowledgementWanted() {
		this.loop.wake();
	}

	@Override
	public void limitChanged(String limit) {
		this.loop.execute((now) -> this.self.gossip().onLimitChange(limit, now));
	}

	/**
	 * Changes how often state is exchanged. Peers learn of it with the next message.
	 * @param newInterval the interval, positive; three of them shorter than the member
	 * timeout
	 * @throws IllegalArgumentException if it is not
	 */
	public void changeSyncInterval(Duration newInterval) {
		ReplicationSettings changed = this.settings.withSyncInterval(newInterval);
		this.loop.execute((now) -> {
			this.settings = changed;
			this.intervals.endHalfAt(now);
			this.self.gossip().publishNow(now);
		});
	}

	// On any thread.
	private void arrive(int bus, byte[] bytes) {
		if (this.backlog.add(bytes.length)) {
			this.loop.execute((now) -> {
				this.backlog.remove(bytes.length);
				receive(bus, bytes, now);
			});
		}
	}

	private void receive(int bus, byte[] bytes, long now) {
		for (long refused = this.backlog.drainRefused(); refused > 0; refused--) {
			this.listener.onRejected("overload");
		}
		try {
			Message message = MessageCodec.read(bytes, this.settings.signing(), this.self.gossip().announcements());
			if (message.sender().equals(this.self.id())) {
				this.self.contact().onEcho(bus, this.transport.buses().size(), now);
				return;
			}
			this.listener.onReceived(bytes.length);
			this.self.gossip().receive(message, now);
			Long outranked = this.self.membership().outranked();
			if (outranked != null) {
				riseAbove(outranked, now);
			}
			followMembership(now);
		}
		catch (MalformedMessageException ex) {
			this.listener.onRejected(ex.reason());
		}
	}

	private void doDue(long now) {
		if (this.flush.getAndSet(false)) {
			this.self.gossip().schedule().wantFlush();
		}
		followMembership(now);
		tickIfDue(now);
		this.self.gossip().sendDue(now);
		if (this.departure.isDue(this.self.membership(), this.self.outbox(), now)) {
			depart(now);
		}
	}

	private long nextDue(long now) {
		long next = Math.min(this.self.gossip().nextDue(now) - now, this.intervals.halfEndsAt() - now);
		return now + (this.departure.hasBegun() ? Math.min(next, Departure.CHECK_NANOS) : next);
	}

	private void tickIfDue(long now) {
		if (!this.intervals.isHalfOver(now)) {
			return;
		}
		long interval = this.settings.syncInterval().toNanos();
		if (this.intervals.isHalfOver(now - interval - 1)) {
			this.self.contact().startOver(now);
		}
		this.self.gossip().schedule().wantBatch();
		if (this.intervals.next(interval, now)) {
			tick(now);
		}
	}

	private void tick(long now) {
		this.self.tick((task) -> this.loop.execute((later) -> {
			task.run(later);
			followMembership(later);
		}), now);
		followMembership(now);
		this.loop.guard(() -> this.self.gossip().deployments().follow(now));
		this.self.gossip().deployments().forgetAdopted();
		this.loop.guard(() -> this.self.gossip().rates().follow(now));
		this.store.tick(now);
		sumUp(DIGEST_STEPS, now);
		describe(this.store.view(now), now);
	}

	private void describe(MembershipView view, long now) {
		this.observer.describe(this.self.membership(), this.self.outbox(), view, this.transport.buses(),
				Duration.ofNanos(this.store.replicas().lag(now)), now);
	}

	// In steps, between which whatever else is due finds its turn.
	private void sumUp(int steps, long now) {
		if (this.self.gossip().digests().sumUp(now) && steps > 1) {
			this.loop.execute((later) -> sumUp(steps - 1, later));
		}
	}

	// Who is heard decides what is acknowledged, and both what may be spent.
	private void followMembership(long now) {
		Membership membership = this.self.membership();
		if (this.self.isNewlyCounted()) {
			// What was published while nobody counted this member may have reached
			// nobody.
			this.store.replicas().publishAllAgain();
			this.self.gossip().schedule().wantFlush();
		}
		if (membership.isViewDue(now)) {
			MembershipView view = this.self.view(now);
			this.store.membershipChanged(view, now);
			if (membership.isMember()) {
				this.joined.complete(membership.isFounder());
			}
			this.observer.onView(view, () -> describe(view, now));
		}
		this.self.acknowledge(this.store, now);
	}

	// Peers would ignore this process for good.
	private void riseAbove(long incarnation, long now) {
		MemberId before = this.self.id();
		MemberId raised = new MemberId(before.node(), incarnation + 1);
		this.transport.removePresence(before);
		this.self = new Participation(raised, this.store, this.transport, () -> this.settings, this.clock,
				this.listener);
		this.store.membershipChanged(this.self.joiningView(now), now);
		this.listener.onRaise(before, raised);
		this.self.gossip().publishNow(now);
	}

	private void depart(long now) {
		this.self.membership().leave();
		this.loop.guard(() -> this.self.gossip().publishNow(now));
		this.loop.guard(() -> this.transport.removePresence(this.self.id()));
		this.loop.guard(this.transport::close);
		this.loop.close();
		this.departure.complete();
	}

}
