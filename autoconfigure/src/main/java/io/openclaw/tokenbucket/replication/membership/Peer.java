package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.membership.PeerView;
import io.openclaw.tokenbucket.replication.delivery.Delivery;
import io.openclaw.tokenbucket.replication.delivery.Receipts;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Announcement;
import io.openclaw.tokenbucket.replication.wire.Announcement.AnnouncedLimit;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.Message.Listing;

/**
 * The knowledge of this member about one other process: who it is, how it is counted, and
 * how it counts others. Mutable, confined to the replicating thread.
 */
public final class Peer {

	private static final long NEVER = -1;

	private final MemberId id;

	private final FailureDetector failures;

	private final Delivery delivery = new Delivery();

	private Standing standing;

	private @Nullable Announcement announcement;

	private boolean unreadable;

	private boolean lacksAnnouncement;

	private boolean told;

	private boolean awaitsReceipts;

	private @Nullable Standing countsMeAs;

	private boolean countedMe;

	private boolean lacksEverything;

	private Roster roster = Roster.EMPTY;

	private long rosterReadAt = NEVER;

	public Peer(MemberId id, Standing standing, long now) {
		this.id = id;
		this.standing = standing;
		this.failures = new FailureDetector(id, now);
	}

	public MemberId id() {
		return this.id;
	}

	public FailureDetector failures() {
		return this.failures;
	}

	public Delivery delivery() {
		return this.delivery;
	}

	public Standing standing() {
		return this.standing;
	}

	public boolean isMember() {
		return this.standing == Standing.MEMBER;
	}

	public void become(Standing newStanding) {
		this.standing = newStanding;
	}

	public @Nullable String region() {
		return (this.announcement != null) ? this.announcement.region() : null;
	}

	public boolean isReceived(Duration syncInterval, long now) {
		return this.failures.isReceived(syncInterval, now);
	}

	public boolean isHeard() {
		return this.failures.isHeard();
	}

	public boolean receives(MemberId other) {
		return this.roster.receives(other);
	}

	/**
	 * How the peer's last message listed this member; {@code null} if it did not.
	 */
	public @Nullable Standing countsMeAs() {
		return this.countsMeAs;
	}

	/**
	 * Whether the peer counted this member when it listed it last, be that long ago:
	 * whoever removed it does not list it at all for a while.
	 */
	public boolean countedMe() {
		return this.countedMe;
	}

	/**
	 * The peer was a member of another fleet until now: it is not heard before it has
	 * everything that is known here.
	 */
	public void needEverything() {
		this.lacksEverything = true;
	}

	public boolean lacksEverything() {
		return this.lacksEverything;
	}

	/**
	 * What the peer announced last, as far as this member could read it.
	 */
	public @Nullable Announcement announcement() {
		return this.announcement;
	}

	/**
	 * Whether this member does not know what the peer announces now.
	 */
	public boolean isUnreadable() {
		return this.unreadable;
	}

	/**
	 * Whether the peer may not know what this member announces.
	 */
	public boolean mustBeTold() {
		return this.failures.everReceived() && (this.lacksAnnouncement || !this.told);
	}

	/**
	 * This member has announced everything.
	 */
	public void onTold() {
		this.told = true;
		this.lacksAnnouncement = false;
	}

	/**
	 * Takes in what every message says.
	 * @param self this member
	 * @param published the last batch of this member
	 * @param stamp what this member would stamp on a message now
	 * @return whether the peer lists others than before, or otherwise
	 */
	public boolean receive(Message message, MemberId self, long published, long stamp, long now) {
		this.failures.receive(message, now);
		this.awaitsReceipts = message.unacknowledged();
		Announcement announced = message.announcement();
		this.unreadable = announced == null;
		if (announced == null) {
			return false;
		}
		this.announcement = announced;
		this.failures.learnInterval(announced.interval());
		boolean changed = list(Roster.of(announced, message));
		Listing listing = this.roster.listing(self);
		this.failures.list(listing != null && listing.received(), now);
		this.countsMeAs = (listing != null) ? listing.standing() : null;
		this.countedMe = (listing != null) ? listing.standing() == Standing.MEMBER : this.countedMe;
		message.peers().stream().filter((report) -> report.id().equals(self)).forEach((report) -> {
			this.lacksAnnouncement |= report.lacksAnnouncement();
			Optional.ofNullable(report.receipt()).ifPresent((receipt) -> take(receipt, published, stamp));
		});
		return changed;
	}

	private boolean list(Roster latest) {
		if (latest.equals(this.roster)) {
			return false;
		}
		this.roster = latest;
		this.rosterReadAt = NEVER;
		return true;
	}

	private void take(Message.Receipt receipt, long published, long stamp) {
		this.failures.measure(receipt, stamp);
		this.delivery.acknowledge(receipt, published);
		this.lacksEverything &= !this.delivery.outgoing().isComplete();
	}

	/**
	 * Passes whom the peer lists, unless that was done since anything changed.
	 * @param version of what this member knows of the fleet
	 */
	void readRoster(long version, Consumer<Roster> reader) {
		if (this.rosterReadAt != version) {
			this.rosterReadAt = version;
			reader.accept(this.roster);
		}
	}

	public boolean knows(String limit) {
		return limits().containsKey(limit);
	}

	/**
	 * Whether the peer follows these definitions.
	 */
	public boolean follows(Collection<LimitDefinition> definitions) {
		return definitions.stream().allMatch((definition) -> {
			AnnouncedLimit limit = limits().get(definition.limit().name());
			return limit != null && limit.fingerprint() == definition.fingerprint();
		});
	}

	public boolean isConfiguredWith(String limit) {
		AnnouncedLimit announced = limits().get(limit);
		return announced != null && announced.configuration() != null;
	}

	/**
	 * Whether the peer is configured with just a definition.
	 */
	public boolean isConfiguredAs(LimitDefinition definition) {
		AnnouncedLimit announced = limits().get(definition.limit().name());
		return announced != null && Objects.equals(announced.configuration(), definition.basis());
	}

	private Map<String, AnnouncedLimit> limits() {
		return (this.announcement != null) ? this.announcement.limits() : Map.of();
	}

	/**
	 * Decides whether the peer is heard.
	 * @param oldestUnacknowledged when the oldest batch went out that it has not
	 * acknowledged, empty if it has everything
	 * @param company with whom it exchanges messages, as far as that is known here
	 * @return how admission sees it
	 */
	public PeerView view(Duration syncInterval, Optional<Long> oldestUnacknowledged, Supplier<Set<MemberId>> company,
			long now) {
		FailureDetector.Missing missing = this.delivery.hasNoGap() ? FailureDetector.Missing.NOTHING
				: FailureDetector.Missing.BATCHES;
		return this.failures.view(syncInterval, oldestUnacknowledged,
				this.lacksEverything ? FailureDetector.Missing.EVERYTHING : missing, company, now);
	}

	/**
	 * What this member says of the peer.
	 * @param asks whether it is to send again what lacks
	 * @param receipt whether to say what arrived in any case
	 * @return empty if that goes without saying
	 */
	public Optional<Message.PeerReport> report(Duration syncInterval, boolean asks, boolean receipt, long now) {
		Receipts arrived = this.delivery.receipts();
		Listing listing = new Listing(this.standing, arrived != null && isReceived(syncInterval, now));
		boolean says = asks || receipt || this.awaitsReceipts || !isMember() || !isHeard();
		Message.Receipt said = (says && arrived != null)
				? new Message.Receipt(arrived.upTo(), asks ? arrived.ask(now) : List.of(), this.failures.lastSentAt(),
						now - this.failures.receivedAt(), this.delivery.incoming().completed())
				: null;
		return (said == null && !this.unreadable && listing.equals(Listing.USUAL)) ? Optional.empty()
				: Optional.of(new Message.PeerReport(this.id, listing, this.unreadable, said));
	}

}
