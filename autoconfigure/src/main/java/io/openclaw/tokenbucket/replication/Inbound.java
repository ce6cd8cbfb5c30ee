package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.BucketUpdate;
import io.openclaw.tokenbucket.limiter.LimitDefinition;
import io.openclaw.tokenbucket.limiter.LimitSource;
import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * Takes in what a peer says: whom it counts, what it has and lacks, and its buckets.
 * Confined to the replicating thread.
 */
final class Inbound {

	// A key is a header's value at most, and those have 8 KiB together.
	private static final int MOST_CHARACTERS = 16_384;

	private final BucketStore store;

	private final NanoClock clock;

	private final Membership membership;

	private final Outbound outbound;

	private final CountingListener listener;

	Inbound(BucketStore store, NanoClock clock, Membership membership, Outbound outbound, CountingListener listener) {
		this.store = store;
		this.clock = clock;
		this.membership = membership;
		this.outbound = outbound;
		this.listener = listener;
	}

	void receive(Message message, long now) throws MalformedMessageException {
		Map<String, Long> fingerprints = LimitSections.fingerprints(message);
		List<LimitDefinition> definitions = LimitSections.definitions(message, this.listener::onRejected);
		if (this.membership.isFullFor(message.sender())) {
			this.listener.onRejected("count");
			return;
		}
		Duration interval = LimitSections.interval(message);
		Set<String> configured = LimitSections.configured(message);
		this.membership.meet(message, now).ifPresent((sender) -> {
			sender.learnInterval(interval);
			boolean outdated = sender.isOutdated(message);
			if (!outdated) {
				sender.learnLimits(fingerprints, configured);
			}
			definitions.forEach((definition) -> follow(definition, message, sender, now));
			receive(message, sender, now);
			learnAges(message, fingerprints, now);
			if (!outdated) {
				this.outbound.compareLimits(fingerprints, now);
			}
		});
	}

	private void receive(Message message, Peer sender, long now) {
		// Buckets only grow, but who is counted and what lacks holds until the next
		// message only: one that was overtaken must not bring it back.
		boolean outdated = sender.isOutdated(message);
		if (!outdated) {
			follow(message, sender, now);
		}
		takeBuckets(message, sender, outdated, now);
		if (!outdated) {
			answer(message, sender, now);
		}
		if (message.wantsAcknowledgement()) {
			this.outbound.oweAcknowledgement(now);
		}
	}

	// Under the same version the fleet knows better than who joins it, and it alone knows
	// what has become of buckets that nobody uses.
	private void follow(LimitDefinition offered, Message message, Peer sender, long now) {
		String limit = offered.limit().name();
		if (!this.store.adopt(offered, now)) {
			this.listener.onRejected("limit");
			return;
		}
		boolean joining = !this.membership.isMember() && sender.isMember();
		boolean joined = this.membership.isMember() && !sender.isMember();
		this.store.follow(limit, (current) -> {
			boolean sameVersion = !offered.isNewerThan(current) && !current.isNewerThan(offered);
			if (joining && sameVersion) {
				return offered.over(current);
			}
			return (joined && sameVersion) ? current.over(offered) : current.merge(offered);
		}, LimitSource.FLEET, now).ifPresent(this.listener::onLimitChange);
		if (joining) {
			this.store.restart(limit, offered, message.ages().getOrDefault(limit, 0L), now);
		}
	}

	// Two ages can be compared only where they are those of the same definition.
	private void learnAges(Message message, Map<String, Long> fingerprints, long now) {
		Map<String, LimitDefinition> definitions = this.store.definitions();
		message.ages().forEach((limit, age) -> {
			LimitDefinition own = definitions.get(limit);
			Long theirs = fingerprints.get(limit);
			if (own != null && theirs != null && theirs == own.fingerprint()) {
				this.store.learnAge(limit, age, now);
			}
		});
	}

	private void follow(Message message, Peer sender, long now) {
		boolean countedBefore = sender.countedMe();
		sender.receive(message, this.store.self(), this.outbound.lastBatch(), this.outbound.stamp(now), now);
		if (sender.roundTrip() != null) {
			this.listener.onRoundTrip(sender.roundTrip());
		}
		this.membership.readList(message, sender, countedBefore, now);
	}

	private void answer(Message message, Peer sender, long now) {
		compareDigest(message, sender, now);
		message.peers()
			.stream()
			.filter((report) -> report.id().equals(this.store.self()) && !report.missing().isEmpty())
			.forEach((report) -> this.outbound.sendAgain(sender, report.missing(), now));
	}

	private void takeBuckets(Message message, Peer sender, boolean outdated, long now) {
		Receipts receipts = sender.receipts();
		if (receipts == null) {
			return;
		}
		if (message.batch() != null) {
			merge(message.batch().buckets(), now);
			receipts.receive(message.batch().numbers().first(), message.batch().numbers().last(), now);
		}
		if (message.transfer() != null) {
			merge(message.transfer().buckets(), now);
			if (sender.incoming().receive(message.transfer()) && message.transfer().upTo() > 0) {
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
			if (!bucket.state().isInRange() || bucket.key().key().length() > MOST_CHARACTERS) {
				refused.add("range");
			}
			else if (!this.store.holds(bucket.key())) {
				refused.add(this.store.limit(bucket.key().limit()).isPresent() ? "room" : "limit");
			}
			else if (!this.store.merge(bucket, now)) {
				refused.add("contradiction");
			}
		}
		this.outbound.onMerged(now);
		refused.forEach(this.listener::onRejected);
		this.listener.onBatchMerged(this.clock.nanoTime() - now);
	}

	private void compareDigest(Message message, Peer sender, long now) {
		// A joiner gets everything anyhow, and from one member.
		boolean counted = this.membership.isMember() && sender.isMember();
		Long own = this.outbound.digest(now);
		if (message.digest() == null || own == null || !counted || !sender.hasNoGap()) {
			return;
		}
		if (sender.differs(!own.equals(message.digest()))) {
			this.listener.onRepair();
			this.outbound.transfer(sender, now);
		}
	}

}
