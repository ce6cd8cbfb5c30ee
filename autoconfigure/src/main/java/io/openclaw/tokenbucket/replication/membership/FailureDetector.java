package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.PeerView;
import io.openclaw.tokenbucket.replication.wire.Message;

/**
 * Decides whether a peer is received and whether it is heard. A peer is <em>received</em>
 * while its last message is younger than a bound. It is <em>heard</em> if it is received,
 * receives this member, and acknowledges in time. Mutable, confined to the replicating
 * thread.
 */
public final class FailureDetector {

	private static final long LONGEST_BOUND_NANOS = 3_000_000_000L;

	// As in RFC 6298: a smoothed round trip moves an eighth of the way to each sample.
	private static final double SMOOTHING = 0.125;

	private final MemberId id;

	private boolean everReceived;

	private long receivedAt;

	private long lastSentAt;

	private long intervalNanos;

	private boolean receivesMe;

	private long listedAt;

	private @Nullable Double roundTripNanos;

	private boolean heard;

	private boolean everHeard;

	private long lostReceivedAt;

	private long unheardSince;

	private final FlapDamping damping = new FlapDamping();

	public FailureDetector(MemberId id, long now) {
		this.id = id;
		this.unheardSince = now;
	}

	public boolean everReceived() {
		return this.everReceived;
	}

	public long receivedAt() {
		return this.receivedAt;
	}

	/**
	 * The stamp of the peer's latest message; zero if none arrived.
	 */
	public long lastSentAt() {
		return this.lastSentAt;
	}

	public boolean receivesMe() {
		return this.receivesMe;
	}

	public boolean isHeard() {
		return this.heard;
	}

	public @Nullable Duration roundTrip() {
		return (this.roundTripNanos != null) ? Duration.ofNanos(this.roundTripNanos.longValue()) : null;
	}

	/**
	 * The smoothed round trip in nanoseconds; zero before it was measured.
	 */
	public long roundTripNanos() {
		return (this.roundTripNanos != null) ? this.roundTripNanos.longValue() : 0;
	}

	/**
	 * Whether a message is older than or the same as one that arrived before: over
	 * another bus, or overtaken by a later one.
	 */
	public boolean isOutdated(Message message) {
		return this.lastSentAt > 0 && message.sentAt() <= this.lastSentAt;
	}

	/**
	 * A message arrived.
	 */
	public void receive(Message message, long now) {
		this.everReceived = true;
		this.receivedAt = now;
		this.lastSentAt = message.sentAt();
	}

	/**
	 * The message listed the members that the peer receives.
	 * @param receives whether this member is among them
	 */
	public void list(boolean receives, long now) {
		this.receivesMe = receives;
		this.listedAt = now;
	}

	/**
	 * Learns how often the peer sends.
	 */
	public void learnInterval(Duration announced) {
		this.intervalNanos = announced.toNanos();
	}

	/**
	 * How long the peer may be silent and still count as received. If the intervals of
	 * both members differ, the longer one counts, since both send and answer at that
	 * pace.
	 */
	public long boundNanos(Duration syncInterval) {
		long interval = Math.min(this.intervalNanos, LONGEST_BOUND_NANOS);
		double roundTrips = (this.roundTripNanos != null) ? 2 * this.roundTripNanos : 0;
		return Math.min(LONGEST_BOUND_NANOS, 3 * Math.max(syncInterval.toNanos(), interval) + (long) roundTrips);
	}

	public boolean isReceived(Duration syncInterval, long now) {
		return this.everReceived && now - this.receivedAt < boundNanos(syncInterval);
	}

	/**
	 * Measures a round trip.
	 * @param stamp what this member would stamp on a message now
	 */
	public void measure(Message.Receipt receipt, long stamp) {
		long roundTrip = stamp - receipt.echo() - receipt.heldNanos();
		if (receipt.echo() > 0 && roundTrip >= 0 && roundTrip < LONGEST_BOUND_NANOS) {
			double before = (this.roundTripNanos != null) ? this.roundTripNanos : roundTrip;
			this.roundTripNanos = before + SMOOTHING * (roundTrip - before);
		}
	}

	/**
	 * Decides whether the peer is heard.
	 * @param oldestUnacknowledged the time of the oldest batch that it has not
	 * acknowledged, empty if there is none
	 * @param missing the news that one of both lacks of the other
	 * @param company the members with which it exchanges messages, as far as known here
	 * @return how admission sees it
	 */
	public PeerView view(Duration syncInterval, Optional<Long> oldestUnacknowledged, Missing missing,
			Supplier<Set<MemberId>> company, long now) {
		long bound = boundNanos(syncInterval);
		long receivedUntil = this.receivedAt + bound;
		// An unreadable message does not say which members the peer receives.
		long heardUntil = this.listedAt + bound;
		if (oldestUnacknowledged.isPresent() && oldestUnacknowledged.get() + bound - heardUntil < 0) {
			heardUntil = oldestUnacknowledged.get() + bound;
		}
		// Until its spending during the silence is known, tokens are held aside for it.
		boolean known = this.heard || (missing == Missing.NOTHING && this.damping.mayReturn(bound, now));
		boolean hears = known && missing != Missing.EVERYTHING && this.receivesMe && now - heardUntil < 0;
		if (this.heard && !hears) {
			this.lostReceivedAt = this.receivedAt;
			this.unheardSince = (now - heardUntil < 0) ? now : heardUntil;
			this.damping.onLoss(now);
		}
		else if (hears && !this.heard) {
			this.damping.onReturn(now);
		}
		this.heard = hears;
		this.everHeard |= hears;
		return hears ? new PeerView(this.id, true, heardUntil, true, this.receivedAt, 0, Set.of()) : new PeerView(
				this.id, false, receivedUntil, this.everHeard, this.lostReceivedAt, this.unheardSince, company.get());
	}

	/**
	 * The news that one of two members lacks of the other.
	 */
	public enum Missing {

		/** Nothing, as far as known. */
		NOTHING,

		/** This member lacks batches of the peer. */
		BATCHES,

		/**
		 * The peer was a member of another fleet until now, and lacks the state of this
		 * one.
		 */
		EVERYTHING

	}

}
