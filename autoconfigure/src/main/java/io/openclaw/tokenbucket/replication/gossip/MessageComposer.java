package io.openclaw.tokenbucket.replication.gossip;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.wire.Announcement;
import io.openclaw.tokenbucket.replication.wire.LimitSections;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.RateSections;
import io.openclaw.tokenbucket.replication.wire.Sections;

/**
 * Makes messages of what this member knows. Confined to the replicating thread.
 */
public final class MessageComposer {

	// Round trips of so many peers are measured with each message.
	private static final int MEASURED_AT_ONCE = 2;

	// Of the others that are to know what arrived, so many measure round trips as well.
	private static final int TOLD_ALL_AT_ONCE = 4;

	private final BucketStore store;

	private final Supplier<ReplicationSettings> settings;

	private final Membership membership;

	private final Outbox outbox;

	private final LimitGossip limits;

	private final RateGossip rates;

	private final Digests digests;

	private final Announcer announcer;

	private final Rotation<Peer> measured = new Rotation<>(MEASURED_AT_ONCE);

	private final Rotation<Peer> toldAll = new Rotation<>(TOLD_ALL_AT_ONCE);

	private final long startedAt;

	public MessageComposer(BucketStore store, Supplier<ReplicationSettings> settings, Membership membership,
			Outbox outbox, LimitGossip limits, RateGossip rates, Announcer announcer, Digests digests, long now) {
		this.store = store;
		this.settings = settings;
		this.membership = membership;
		this.outbox = outbox;
		this.limits = limits;
		this.rates = rates;
		this.announcer = announcer;
		this.digests = digests;
		this.startedAt = now - 1;
	}

	/**
	 * What a message would be stamped with: positive, and opaque to everybody else.
	 */
	public long stamp(long now) {
		return now - this.startedAt;
	}

	/**
	 * A message to all.
	 * @param batch what changed; {@code null} in a heartbeat
	 * @param lacking peers that are to send again what did not arrive
	 * @param asks whether a request waits for the answer
	 */
	public Message toAll(Message.@Nullable Batch batch, Collection<Peer> lacking, boolean asks, long now) {
		List<BucketUpdate> buckets = (batch != null) ? batch.buckets() : List.of();
		List<LimitDefinition> definitions = Stream
			.concat(this.limits.neededFor(buckets, this.membership.peers()).stream(), this.limits.tell(now).stream())
			.distinct()
			.toList();
		Map<String, Long> ages = this.store.limits().ages(now);
		Announcement announcement = this.announcer.announce(ages, now);
		boolean whole = !definitions.isEmpty() || this.announcer.mustTell(now);
		if (whole) {
			this.announcer.onTold();
		}
		boolean compares = batch == null && this.membership.isMember() && !this.membership.members().isEmpty();
		return new Message(this.store.self(), this.membership.standing(), stamp(now), this.outbox.lastNumber(), asks,
				awaitsReceipts(), announcement, whole ? ages : null,
				reports(lacking, this.measured.next(this.membership.peers()), now),
				compares ? this.digests.digest(now) : null, batch, null,
				RateSections.rates(LimitSections.definitions(Sections.NONE, definitions), this.rates.tell(now)));
	}

	/**
	 * A message that brings a peer what it lacks.
	 */
	public Message to(Peer recipient, Message.Batch batch, long now) {
		return to(recipient, batch.buckets(), batch, null, now);
	}

	/**
	 * A message that brings a peer a part of everything.
	 */
	public Message to(Peer recipient, Message.Transfer transfer, long now) {
		return to(recipient, transfer.buckets(), null, transfer, now);
	}

	// Whole, as it is there to be read by somebody who lacks something.
	private Message to(Peer recipient, List<BucketUpdate> buckets, Message.@Nullable Batch batch,
			Message.@Nullable Transfer transfer, long now) {
		Map<String, Long> ages = this.store.limits().ages(now);
		return new Message(this.store.self(), this.membership.standing(), stamp(now), this.outbox.lastNumber(), false,
				awaitsReceipts(), this.announcer.announce(ages, now), ages, reports(List.of(), List.of(), now), null,
				batch, transfer,
				LimitSections.definitions(Sections.NONE, this.limits.neededFor(buckets, List.of(recipient))));
	}

	private List<Message.PeerReport> reports(Collection<Peer> lacking, Collection<Peer> measuredNow, long now) {
		Duration sync = this.membership.interval();
		List<Peer> toldAllNow = this.toldAll.next(this.membership.peers());
		return Stream
			.concat(this.membership.peers()
				.stream()
				.flatMap((peer) -> peer.report(sync, lacking.contains(peer), measuredNow.contains(peer), now)
					.map((report) -> mustTellAll(peer, measuredNow, toldAllNow) ? report : report.abridged())
					.stream()), this.membership.known().recalled(now).stream())
			.toList();
	}

	private static boolean mustTellAll(Peer peer, Collection<Peer> measuredNow, Collection<Peer> toldAllNow) {
		return !peer.isHeard() || measuredNow.contains(peer) || toldAllNow.contains(peer);
	}

	private boolean awaitsReceipts() {
		return this.outbox.isAwaited()
				|| this.membership.peers().stream().anyMatch((peer) -> peer.delivery().outgoing().isUnfinished());
	}

}
