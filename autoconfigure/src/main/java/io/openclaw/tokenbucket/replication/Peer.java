package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.LimitDefinition;
import io.openclaw.tokenbucket.limiter.MembershipView;

/**
 * What this member knows of one other process. Mutable, confined to the replicating
 * thread.
 */
final class Peer {

	private static final long LONGEST_BOUND_NANOS = 3_000_000_000L;

	private static final long LONGEST_ASK_NANOS = 1_000_000_000L;

	// As in RFC 6298: a smoothed round trip moves an eighth of the way to each sample.
	private static final double SMOOTHING = 0.125;

	private static final int MOST_REPAIRS = 8;

	private final MemberId id;

	private Standing standing;

	private @Nullable String region;

	private @Nullable Receipts receipts;

	private long receivedAt;

	private long echo;

	private long intervalNanos;

	private boolean lacksEverything;

	private boolean receivesMe;

	private @Nullable Standing countsMeAs;

	private boolean countedMe;

	private Set<MemberId> receives = Set.of();

	private Map<String, Long> fingerprints = Map.of();

	private Set<String> configuredLimits = Set.of();

	private long acknowledgedUpTo;

	private @Nullable Double roundTripNanos;

	private boolean heard;

	private boolean everHeard;

	private long lostReceivedAt;

	private long unheardSince;

	private final TransferIn incoming = new TransferIn();

	private final TransferOut outgoing = new TransferOut();

	private @Nullable Long repairedAt;

	private int digestDifferences;

	private int digestRepairs;

	Peer(MemberId id, Standing standing, long now) {
		this.id = id;
		this.standing = standing;
		this.unheardSince = now;
	}

	MemberId id() {
		return this.id;
	}

	Standing standing() {
		return this.standing;
	}

	boolean isMember() {
		return this.standing == Standing.MEMBER;
	}

	void become(Standing newStanding) {
		this.standing = newStanding;
	}

	@Nullable String region() {
		return this.region;
	}

	/**
	 * The batches that arrived; {@code null} before any message did.
	 */
	@Nullable Receipts receipts() {
		return this.receipts;
	}

	boolean everReceived() {
		return this.receipts != null;
	}

	boolean hasNoGap() {
		return this.receipts != null && this.receipts.isComplete();
	}

	long receivedAt() {
		return this.receivedAt;
	}

	boolean receivesMe() {
		return this.receivesMe;
	}

	boolean receives(MemberId other) {
		return this.receives.contains(other);
	}

	/**
	 * How the peer's last message listed this member; {@code null} if it did not.
	 */
	@Nullable Standing countsMeAs() {
		return this.countsMeAs;
	}

	/**
	 * Whether the peer counted this member when it listed it last, be that long ago:
	 * whoever removed it does not list it at all for a while.
	 */
	boolean countedMe() {
		return this.countedMe;
	}

	long acknowledgedUpTo() {
		return this.acknowledgedUpTo;
	}

	TransferIn incoming() {
		return this.incoming;
	}

	TransferOut outgoing() {
		return this.outgoing;
	}

	/**
	 * A message of the peer arrived for the first time.
	 * @param upTo which of its batches need not be asked for
	 */
	void begin(long upTo) {
		this.receipts = new Receipts(upTo);
	}

	/**
	 * The peer was a member of another fleet until now: it is not heard before it has
	 * everything that is known here.
	 */
	void needEverything() {
		this.lacksEverything = true;
	}

	boolean lacksEverything() {
		return this.lacksEverything;
	}

	/**
	 * Whether what a message says of the world is known already, or outdated: it arrives
	 * again, over another bus perhaps, or was overtaken by another.
	 */
	boolean isOutdated(Message message) {
		return this.echo > 0 && message.sentAt() <= this.echo;
	}

	/**
	 * Takes in what every message says.
	 * @param self this member
	 * @param published the last batch of this member: nothing later can be acknowledged
	 * @param stamp what this member would stamp on a message now
	 */
	void receive(Message message, MemberId self, long published, long stamp, long now) {
		this.region = message.region();
		this.receivedAt = now;
		this.echo = message.sentAt();
		this.receives = message.peers()
			.stream()
			.filter(Message.PeerReport::received)
			.map(Message.PeerReport::id)
			.collect(Collectors.toUnmodifiableSet());
		Optional<Message.PeerReport> aboutMe = message.peers()
			.stream()
			.filter((report) -> report.id().equals(self))
			.findFirst();
		this.receivesMe = aboutMe.map(Message.PeerReport::received).orElse(false);
		this.countsMeAs = aboutMe.map(Message.PeerReport::standing).orElse(null);
		aboutMe.ifPresent((report) -> {
			this.countedMe = report.standing() == Standing.MEMBER;
			if (report.receivedUpTo() <= published) {
				this.acknowledgedUpTo = Math.max(this.acknowledgedUpTo, report.receivedUpTo());
			}
			this.outgoing.completed(report.completedTransfer());
			this.lacksEverything &= !this.outgoing.isComplete();
			measure(report, stamp);
		});
	}

	/**
	 * Learns how often the peer sends.
	 */
	void learnInterval(Duration announced) {
		this.intervalNanos = announced.toNanos();
	}

	/**
	 * Learns which limits the peer knows, and which of them it is configured with.
	 * @param known fingerprints by the name of the limit
	 */
	void learnLimits(Map<String, Long> known, Set<String> configured) {
		this.fingerprints = known;
		this.configuredLimits = configured;
	}

	boolean knows(String limit) {
		return this.fingerprints.containsKey(limit);
	}

	/**
	 * Whether the peer follows these definitions.
	 */
	boolean follows(Collection<LimitDefinition> definitions) {
		return definitions.stream()
			.allMatch((definition) -> Objects.equals(this.fingerprints.get(definition.limit().name()),
					definition.fingerprint()));
	}

	boolean isConfiguredWith(String limit) {
		return this.configuredLimits.contains(limit);
	}

	/**
	 * How long it may be silent and still count as received. Where intervals differ, the
	 * longer counts: it sends so often, and it answers so soon.
	 */
	long boundNanos(Duration syncInterval) {
		long interval = Math.min(this.intervalNanos, LONGEST_BOUND_NANOS);
		double roundTrips = (this.roundTripNanos != null) ? 2 * this.roundTripNanos : 0;
		return Math.min(LONGEST_BOUND_NANOS, 3 * Math.max(syncInterval.toNanos(), interval) + (long) roundTrips);
	}

	boolean isReceived(Duration syncInterval, long now) {
		return everReceived() && now - this.receivedAt < boundNanos(syncInterval);
	}

	boolean isHeard() {
		return this.heard;
	}

	/**
	 * Decides whether the peer is heard.
	 * @param oldestUnacknowledged when the oldest batch went out that it has not
	 * acknowledged, empty if it has everything
	 * @param company with whom it exchanges messages, as far as that is known here
	 * @return how admission sees it
	 */
	MembershipView.Peer view(Duration syncInterval, Optional<Long> oldestUnacknowledged,
			Supplier<Set<MemberId>> company, long now) {
		long bound = boundNanos(syncInterval);
		long receivedUntil = this.receivedAt + bound;
		long heardUntil = receivedUntil;
		if (oldestUnacknowledged.isPresent() && oldestUnacknowledged.get() + bound - heardUntil < 0) {
			heardUntil = oldestUnacknowledged.get() + bound;
		}
		// What it spent in silence is held aside until it is known.
		boolean known = this.heard || hasNoGap();
		boolean hears = known && this.receivesMe && !this.lacksEverything && now - heardUntil < 0;
		if (this.heard && !hears) {
			this.lostReceivedAt = this.receivedAt;
			this.unheardSince = (now - heardUntil < 0) ? now : heardUntil;
		}
		this.heard = hears;
		this.everHeard |= hears;
		return hears ? new MembershipView.Peer(this.id, true, heardUntil, true, this.receivedAt, 0, Set.of())
				: new MembershipView.Peer(this.id, false, receivedUntil, this.everHeard, this.lostReceivedAt,
						this.unheardSince, company.get());
	}

	/**
	 * What this member says of the peer.
	 */
	Message.PeerReport report(Duration syncInterval, boolean ask, long now) {
		Receipts arrived = this.receipts;
		if (arrived == null) {
			return new Message.PeerReport(this.id, this.standing, false, 0, List.of(), 0, 0, 0);
		}
		return new Message.PeerReport(this.id, this.standing, isReceived(syncInterval, now), arrived.upTo(),
				ask ? arrived.ask(now) : List.of(), this.echo, now - this.receivedAt, this.incoming.completed());
	}

	/**
	 * When the peer should be asked for batches that lack.
	 * @return nanoseconds, empty if none lack
	 */
	Optional<Long> askAt(Duration shortest) {
		Receipts arrived = this.receipts;
		Long since = (arrived != null) ? arrived.gapSince() : null;
		if (arrived == null || since == null) {
			return Optional.empty();
		}
		double half = (this.roundTripNanos != null) ? this.roundTripNanos / 2 : 0;
		long first = Math.max(shortest.toNanos(), (long) half);
		return Optional.of(since + Math.max(first, Math.min(arrived.patience() * first, LONGEST_ASK_NANOS)));
	}

	/**
	 * Whether to send again what the peer lacks: not oftener than it would ask.
	 * @param shortest how often it may ask
	 */
	boolean mayRepair(Duration shortest, long now) {
		if (this.repairedAt != null && now - this.repairedAt < shortest.toNanos()) {
			return false;
		}
		this.repairedAt = now;
		return true;
	}

	long lastSentAt() {
		return this.echo;
	}

	/**
	 * Compares digests.
	 * @return whether they differed twice in a row, and state must be sent; more seldom
	 * each time that sending it did not help, since two may differ for good, such as by
	 * limits that only one of them has
	 */
	boolean differs(boolean different) {
		this.digestDifferences = different ? this.digestDifferences + 1 : 0;
		this.digestRepairs = different ? this.digestRepairs : 0;
		if (this.digestDifferences < 2 << this.digestRepairs) {
			return false;
		}
		this.digestDifferences = 0;
		this.digestRepairs = Math.min(this.digestRepairs + 1, MOST_REPAIRS);
		return true;
	}

	@Nullable Duration roundTrip() {
		return (this.roundTripNanos != null) ? Duration.ofNanos(this.roundTripNanos.longValue()) : null;
	}

	private void measure(Message.PeerReport report, long stamp) {
		long roundTrip = stamp - report.echo() - report.heldNanos();
		if (report.echo() > 0 && roundTrip >= 0 && roundTrip < LONGEST_BOUND_NANOS) {
			double before = (this.roundTripNanos != null) ? this.roundTripNanos : roundTrip;
			this.roundTripNanos = before + SMOOTHING * (roundTrip - before);
		}
	}

}
