package io.openclaw.tokenbucket.replication.gossip;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.adaptive.RateReport;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.limiter.port.MergeResult;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.delivery.Receipts;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.wire.Announcement;
import io.openclaw.tokenbucket.replication.wire.LimitSections;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.RateSections;

/**
 * Takes in what a peer says: whom it counts, what it has and lacks, and its buckets.
 * Confined to the replicating thread.
 */
public final class Inbound {

	// A key is a header's value at most, and those have 8 KiB together.
	private static final int MAX_CHARACTERS = 16_384;

	private final BucketStore store;

	private final NanoClock clock;

	private final Membership membership;

	private final Outbox outbox;

	private final MessageComposer composer;

	private final LimitGossip limits;

	private final RateGossip rates;

	private final Announcer announcer;

	private final LimitFollower follower;

	private final AntiEntropy repair;

	private final CountingListener listener;

	public Inbound(BucketStore store, NanoClock clock, Membership membership, Outbox outbox, MessageComposer composer,
			LimitGossip limits, RateGossip rates, Announcer announcer, AntiEntropy repair, CountingListener listener) {
		this.store = store;
		this.clock = clock;
		this.membership = membership;
		this.outbox = outbox;
		this.composer = composer;
		this.limits = limits;
		this.rates = rates;
		this.announcer = announcer;
		this.follower = new LimitFollower(store, membership, listener);
		this.repair = repair;
		this.listener = listener;
	}

	/**
	 * Takes in a message.
	 * @return whether somebody waits for an answer
	 * @throws MalformedMessageException if a section breaks a rule; then nothing was
	 * taken in
	 */
	public boolean receive(Message message, long now) throws MalformedMessageException {
		List<LimitDefinition> definitions = LimitSections.definitions(message, this.listener::onRejected);
		List<RateReport> reports = RateSections.rates(message);
		if (this.membership.known().isFullFor(message.sender())) {
			this.listener.onRejected("count");
			return false;
		}
		Optional<Peer> met = this.membership.meet(message, now);
		if (met.isEmpty()) {
			return this.membership.known().drainRecalls();
		}
		Peer sender = met.get();
		// Buckets only grow, but who is counted and what lacks holds until the next
		// message only: one that was overtaken must not bring it back.
		boolean outdated = sender.failures().isOutdated(message);
		definitions.forEach((definition) -> this.follower.follow(definition, message, sender, now));
		if (!outdated) {
			this.membership.receive(message, sender, this.outbox.lastNumber(), this.composer.stamp(now), now);
			Optional.ofNullable(sender.failures().roundTrip()).ifPresent(this.listener::onRoundTrip);
		}
		takeBuckets(message, sender, outdated, now);
		this.rates.receive(reports, sender, now);
		if (!outdated) {
			answer(message, sender, now);
		}
		this.follower.learnAges(message, now);
		boolean limitsDiffer = !outdated && differsInLimits(message.announcement(), now);
		return message.wantsAcknowledgement() || limitsDiffer || sender.isUnreadable() || sender.mustBeTold();
	}

	private boolean differsInLimits(@Nullable Announcement announced, long now) {
		return announced != null && !this.announcer.agreesOnLimits(announced)
				&& this.limits.compare(announced.limits(), now);
	}

	private void answer(Message message, Peer sender, long now) {
		this.repair.compare(message, sender, now);
		message.peers()
			.stream()
			.filter((report) -> report.id().equals(this.store.self()))
			.map(Message.PeerReport::receipt)
			.filter((receipt) -> receipt != null && !receipt.missing().isEmpty())
			.forEach((receipt) -> this.repair.sendAgain(sender, receipt.missing(), now));
	}

	private void takeBuckets(Message message, Peer sender, boolean outdated, long now) {
		Receipts receipts = sender.delivery().receipts();
		if (receipts == null) {
			return;
		}
		if (message.batch() != null && message.announcement() != null) {
			merge(message.batch().buckets(), now);
			receipts.receive(message.batch().numbers().first(), message.batch().numbers().last(), now);
		}
		if (message.transfer() != null) {
			this.membership.onTransfer(sender);
			merge(message.transfer().buckets(), now);
			if (sender.delivery().incoming().receive(message.transfer()) && message.transfer().upTo() > 0) {
				receipts.receive(1, message.transfer().upTo(), now);
			}
		}
		if (!outdated) {
			receipts.correct(message.lastBatch(), now);
		}
		if (receipts.announce(message.lastBatch(), now)) {
			this.listener.onLost();
		}
	}

	// What is refused does not count as missing: it would be no better the next time, and
	// whoever sent it, in good faith perhaps, would not be heard for good.
	private void merge(List<BucketUpdate> buckets, long now) {
		Set<String> refused = new TreeSet<>();
		for (BucketUpdate bucket : buckets) {
			if (!bucket.state().isInRange() || bucket.key().key().length() > MAX_CHARACTERS) {
				refused.add("range");
			}
			else if (!this.store.replicas().holds(bucket.key())) {
				refused.add(this.store.limits().limit(bucket.key().limit()).isPresent() ? "room" : "limit");
			}
			else {
				refused.add(refusal(bucket, this.store.replicas().merge(bucket, now)));
			}
		}
		this.repair.onMerged(now);
		refused.remove("");
		refused.forEach(this.listener::onRejected);
		this.listener.onBatchMerged(this.clock.nanoTime() - now);
	}

	// Who uses a bucket for the first time cannot know what was folded of it. It takes
	// over what it is told, and then says again what it spent.
	private static String refusal(BucketUpdate bucket, MergeResult result) {
		boolean unaware = result == MergeResult.OUTDATED && bucket.state().fold().number() == 0;
		return unaware ? "" : result.reason();
	}

}
