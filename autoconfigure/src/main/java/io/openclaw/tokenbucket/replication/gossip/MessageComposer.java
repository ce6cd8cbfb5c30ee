package io.openclaw.tokenbucket.replication.gossip;

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
import io.openclaw.tokenbucket.replication.wire.LimitSections;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.Sections;

/**
 * Makes messages of what this member knows. Confined to the replicating thread.
 */
public final class MessageComposer {

	private final BucketStore store;

	private final Supplier<ReplicationSettings> settings;

	private final Membership membership;

	private final Outbox outbox;

	private final LimitGossip limits;

	private final Digests digests;

	private final long startedAt;

	public MessageComposer(BucketStore store, Supplier<ReplicationSettings> settings, Membership membership,
			Outbox outbox, LimitGossip limits, Digests digests, long now) {
		this.store = store;
		this.settings = settings;
		this.membership = membership;
		this.outbox = outbox;
		this.limits = limits;
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
		return compose(lacking, definitions, batch, null, asks, now);
	}

	/**
	 * A message that brings a peer what it lacks.
	 */
	public Message to(Peer recipient, Message.Batch batch, long now) {
		return compose(List.of(), this.limits.neededFor(batch.buckets(), List.of(recipient)), batch, null, false, now);
	}

	/**
	 * A message that brings a peer a part of everything.
	 */
	public Message to(Peer recipient, Message.Transfer transfer, long now) {
		return compose(List.of(), this.limits.neededFor(transfer.buckets(), List.of(recipient)), null, transfer, false,
				now);
	}

	private Message compose(Collection<Peer> lacking, List<LimitDefinition> definitions, Message.@Nullable Batch batch,
			Message.@Nullable Transfer transfer, boolean asks, long now) {
		List<Message.PeerReport> reports = Stream
			.concat(this.membership.peers()
				.stream()
				.map((peer) -> peer.report(this.settings.get().syncInterval(), lacking.contains(peer), now)),
					this.membership.recalled(now).stream())
			.toList();
		boolean compares = batch == null && transfer == null && this.membership.isMember()
				&& !this.membership.members().isEmpty();
		Map<String, Long> ages = this.store.ages(now);
		Sections sections = LimitSections.interval(Sections.NONE, this.settings.get().syncInterval());
		sections = LimitSections.fingerprints(sections, this.limits.fingerprints(ages.keySet()));
		sections = LimitSections.adopted(sections, this.store.adopted(), ages.keySet());
		sections = LimitSections.configurations(sections, this.limits.deviating(), ages.keySet());
		sections = LimitSections.definitions(sections, definitions);
		return new Message(this.store.self(), this.settings.get().region(), this.membership.standing(), stamp(now),
				this.outbox.lastNumber(), asks, reports, ages, compares ? this.digests.digest(now) : null, batch,
				transfer, sections);
	}

}
