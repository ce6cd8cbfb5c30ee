package io.openclaw.tokenbucket.replication.gossip;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.replication.wire.KnownAnnouncements;
import io.openclaw.tokenbucket.replication.wire.Message;

/**
 * The exchange of this member with its peers, as a process of one id. Confined to the
 * replicating thread.
 */
public final class Gossip {

	private final NanoClock clock;

	private final Membership membership;

	private final Outbox outbox;

	private final LimitGossip limits;

	private final RateGossip rates;

	private final Announcer announcer;

	private final Digests digests;

	private final SendSchedule schedule;

	private final MessageComposer composer;

	private final MessageSender sender;

	private final StateTransfer transfers;

	private final Inbound inbound;

	private final Deployments deployments;

	private final CountingListener listener;

	public Gossip(BucketStore store, ReplicationTransport transport, Supplier<ReplicationSettings> settings,
			NanoClock clock, Membership membership, Outbox outbox, CountingListener listener) {
		long now = clock.nanoTime();
		this.clock = clock;
		this.membership = membership;
		this.outbox = outbox;
		this.listener = listener;
		this.limits = new LimitGossip(store, settings);
		this.rates = new RateGossip(store, settings, membership);
		this.deployments = new Deployments(store, membership, listener);
		this.announcer = new Announcer(store, settings, membership);
		this.digests = new Digests(store, settings, outbox, now);
		this.schedule = new SendSchedule(store, settings, membership, outbox, now);
		this.composer = new MessageComposer(store, settings, membership, outbox, this.limits, this.rates,
				this.announcer, this.digests, now);
		this.sender = new MessageSender(transport, settings, listener);
		this.transfers = new StateTransfer(store, membership, outbox, this.composer, this.sender, now);
		AntiEntropy repair = new AntiEntropy(membership, outbox, this.digests, this.transfers, this.composer,
				this.sender, listener);
		this.inbound = new Inbound(store, clock, membership, outbox, this.composer, this.limits, this.rates,
				this.announcer, repair, listener);
	}

	/**
	 * Takes in what a peer says.
	 * @throws MalformedMessageException if a section of the message breaks a rule
	 */
	public void receive(Message message, long now) throws MalformedMessageException {
		if (this.inbound.receive(message, now)) {
			this.schedule.oweAnswer(now);
		}
		Optional.ofNullable(this.membership.peer(message.sender()))
			.ifPresent((sender) -> this.transfers.welcome(sender, now));
	}

	public RateGossip rates() {
		return this.rates;
	}

	public Deployments deployments() {
		return this.deployments;
	}

	/**
	 * A limit was changed here, and the others must know.
	 */
	public void onLimitChange(String limit, long now) {
		this.limits.onChange(limit);
		this.schedule.oweAnswer(now);
	}

	/**
	 * What others announced.
	 */
	public KnownAnnouncements announcements() {
		return this.announcer;
	}

	public SendSchedule schedule() {
		return this.schedule;
	}

	public StateTransfer transfers() {
		return this.transfers;
	}

	public Digests digests() {
		return this.digests;
	}

	/**
	 * When something will be due, if nothing happens until then.
	 */
	public long nextDue(long now) {
		long untilPart = Math.max(0, this.transfers.untilNextPart(now));
		return now + Math.min(this.schedule.nextDue(now) - now, untilPart);
	}

	/**
	 * Sends what is due.
	 */
	public void sendDue(long now) {
		if (this.schedule.isBatchDue(now)) {
			publishBatches(now);
		}
		else if (this.schedule.isMessageDue(now)) {
			publish(null, now);
		}
		this.transfers.sendDue(now);
	}

	/**
	 * Sends a message without buckets at once.
	 */
	public void publishNow(long now) {
		publish(null, now);
	}

	private void publishBatches(long now) {
		this.schedule.onBatches(now);
		this.digests.onChange(now);
		do {
			Optional<Message.Batch> batch = this.outbox.next(now);
			if (batch.isEmpty()) {
				return;
			}
			publish(batch.get(), now);
			this.listener.onBatchPublished(this.clock.nanoTime() - now);
		}
		while (this.schedule.mayPublish(now));
		this.schedule.wantFlush();
	}

	private void publish(Message.@Nullable Batch batch, long now) {
		boolean asks = this.schedule.asks(batch != null, now);
		List<Peer> lacking = this.membership.peers()
			.stream()
			.filter((peer) -> this.schedule.isGapDue(peer, now))
			.toList();
		Message message = this.composer.toAll(batch, lacking, asks, now);
		// First, so that a transport that throws is not asked again at once.
		this.schedule.onMessage(asks, now);
		this.sender.publish(message);
	}

}
