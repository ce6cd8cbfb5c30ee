package io.openclaw.tokenbucket.replication.membership;

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
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.replication.delivery.Delivery;
import io.openclaw.tokenbucket.replication.delivery.Receipts;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message;

/**
 * What this member knows of one other process: who it is, how it is counted, and how it
 * counts others. Mutable, confined to the replicating thread.
 */
public final class Peer {

	private final MemberId id;

	private final FailureDetector failures;

	private final Delivery delivery = new Delivery();

	private Standing standing;

	private @Nullable String region;

	private @Nullable Standing countsMeAs;

	private boolean countedMe;

	private boolean lacksEverything;

	private Set<MemberId> receives = Set.of();

	private Map<String, Long> fingerprints = Map.of();

	private Set<String> configuredLimits = Set.of();

	private Map<String, Long> configurations = Map.of();

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
		return this.region;
	}

	public boolean isReceived(Duration syncInterval, long now) {
		return this.failures.isReceived(syncInterval, now);
	}

	public boolean isHeard() {
		return this.failures.isHeard();
	}

	public boolean receives(MemberId other) {
		return this.receives.contains(other);
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
	 * Takes in what every message says.
	 * @param self this member
	 * @param published the last batch of this member
	 * @param stamp what this member would stamp on a message now
	 * @return whether the peer receives others than before
	 */
	public boolean receive(Message message, MemberId self, long published, long stamp, long now) {
		this.region = message.region();
		Set<MemberId> receivedBefore = this.receives;
		this.receives = message.peers()
			.stream()
			.filter(Message.PeerReport::received)
			.map(Message.PeerReport::id)
			.collect(Collectors.toUnmodifiableSet());
		Optional<Message.PeerReport> aboutMe = message.peers()
			.stream()
			.filter((report) -> report.id().equals(self))
			.findFirst();
		this.failures.receive(message, aboutMe, stamp, now);
		this.countsMeAs = aboutMe.map(Message.PeerReport::standing).orElse(null);
		aboutMe.ifPresent((report) -> {
			this.countedMe = report.standing() == Standing.MEMBER;
			this.delivery.acknowledge(report, published);
			this.lacksEverything &= !this.delivery.outgoing().isComplete();
		});
		return !this.receives.equals(receivedBefore);
	}

	/**
	 * Learns which limits the peer knows, and which of them it is configured with.
	 * @param known fingerprints by the name of the limit
	 * @param deviating what stands for its configurations that it does not follow
	 */
	public void learnLimits(Map<String, Long> known, Set<String> configured, Map<String, Long> deviating) {
		this.fingerprints = known;
		this.configuredLimits = configured;
		this.configurations = deviating;
	}

	public boolean knows(String limit) {
		return this.fingerprints.containsKey(limit);
	}

	/**
	 * Whether the peer follows these definitions.
	 */
	public boolean follows(Collection<LimitDefinition> definitions) {
		return definitions.stream()
			.allMatch((definition) -> Objects.equals(this.fingerprints.get(definition.limit().name()),
					definition.fingerprint()));
	}

	public boolean isConfiguredWith(String limit) {
		return this.configuredLimits.contains(limit);
	}

	/**
	 * Whether the peer is known to be configured with just a definition.
	 * @param followed what this member follows of the limit
	 */
	public boolean isConfiguredAs(LimitDefinition configured, LimitDefinition followed) {
		Long deviating = this.configurations.get(configured.limit().name());
		return (deviating != null) ? deviating == configured.basis()
				: follows(List.of(followed)) && followed.isBasedOn(configured);
	}

	/**
	 * Decides whether the peer is heard.
	 * @param oldestUnacknowledged when the oldest batch went out that it has not
	 * acknowledged, empty if it has everything
	 * @param company with whom it exchanges messages, as far as that is known here
	 * @return how admission sees it
	 */
	public MembershipView.Peer view(Duration syncInterval, Optional<Long> oldestUnacknowledged,
			Supplier<Set<MemberId>> company, long now) {
		FailureDetector.Missing missing = this.delivery.hasNoGap() ? FailureDetector.Missing.NOTHING
				: FailureDetector.Missing.BATCHES;
		return this.failures.view(syncInterval, oldestUnacknowledged,
				this.lacksEverything ? FailureDetector.Missing.EVERYTHING : missing, company, now);
	}

	/**
	 * What this member says of the peer.
	 */
	public Message.PeerReport report(Duration syncInterval, boolean ask, long now) {
		Receipts arrived = this.delivery.receipts();
		if (arrived == null) {
			return new Message.PeerReport(this.id, this.standing, false, 0, List.of(), 0, 0, 0);
		}
		return new Message.PeerReport(this.id, this.standing, isReceived(syncInterval, now), arrived.upTo(),
				ask ? arrived.ask(now) : List.of(), this.failures.lastSentAt(), now - this.failures.receivedAt(),
				this.delivery.incoming().completed());
	}

}
