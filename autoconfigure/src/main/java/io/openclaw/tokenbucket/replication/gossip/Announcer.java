package io.openclaw.tokenbucket.replication.gossip;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Announcement;
import io.openclaw.tokenbucket.replication.wire.Announcement.AnnouncedLimit;
import io.openclaw.tokenbucket.replication.wire.KnownAnnouncements;

/**
 * The announcement of this member, the times to send it whole, and the announcements of
 * others. It travels whole where it is news to all, to somebody new, or to somebody who
 * says so; and as long as there is somebody whom this member cannot read, who may not be
 * able to read this member either. Mutable, confined to the replicating thread.
 */
public final class Announcer implements KnownAnnouncements {

	private final BucketStore store;

	private final Supplier<ReplicationSettings> settings;

	private final Membership membership;

	private Map<String, Long> activeSince = Map.of();

	private @Nullable Announcement current;

	private boolean changed;

	private boolean aged;

	public Announcer(BucketStore store, Supplier<ReplicationSettings> settings, Membership membership) {
		this.store = store;
		this.settings = settings;
		this.membership = membership;
	}

	/**
	 * What this member announces now.
	 */
	public Announcement announce(Map<String, Long> ages, long now) {
		Announcement latest = compose();
		Announcement before = this.current;
		this.changed |= !latest.equals(before);
		this.aged |= hasAged(ages, now);
		this.current = (before != null && before.equals(latest)) ? before : latest;
		return this.current;
	}

	/**
	 * Whether somebody may not know what this member announces.
	 */
	public boolean mustTell(long now) {
		return this.aged || (this.changed && !isToldByOthers(now)) || this.membership.known().isRecalling(now)
				|| this.membership.peers()
					.stream()
					.anyMatch((peer) -> peer.mustBeTold() || (peer.isUnreadable() && isReceived(peer, now)));
	}

	/**
	 * All were told.
	 */
	public void onTold() {
		this.changed = false;
		this.aged = false;
		this.membership.peers().forEach(Peer::onTold);
	}

	/**
	 * Whether a peer announces just the limits that this member announced last.
	 */
	public boolean agreesOnLimits(Announcement announced) {
		return this.current != null && (announced == this.current || announced.limits().equals(this.current.limits()));
	}

	@Override
	public @Nullable Announcement find(MemberId sender, long digest) {
		Peer peer = this.membership.peer(sender);
		if (peer != null && matches(peer.announcement(), digest)) {
			return peer.announcement();
		}
		if (matches(this.current, digest)) {
			return this.current;
		}
		return this.membership.peers()
			.stream()
			.map(Peer::announcement)
			.filter((announced) -> matches(announced, digest))
			.findFirst()
			.orElse(null);
	}

	private static boolean matches(@Nullable Announcement announced, long digest) {
		return announced != null && announced.digest() == digest;
	}

	private Announcement compose() {
		List<MemberId> counted = new ArrayList<>();
		this.membership.members().forEach((peer) -> counted.add(peer.id()));
		if (this.membership.standing() != Standing.JOINING) {
			counted.add(this.store.self());
		}
		Map<String, LimitDefinition> configured = this.store.limits().configured();
		Map<String, AnnouncedLimit> limits = new HashMap<>();
		this.store.limits().definitions().forEach((name, definition) -> {
			LimitDefinition own = configured.get(name);
			limits.put(name, new AnnouncedLimit(definition.fingerprint(), (own != null) ? own.basis() : null));
		});
		return new Announcement(this.settings.get().region(), this.membership.interval(), counted, limits);
	}

	// Ages grow with time, which is no news, and differ by what a message takes. The
	// digest
	// does not tell them.
	private boolean hasAged(Map<String, Long> ages, long now) {
		long difference = this.membership.interval().toNanos();
		boolean news = ages.entrySet().stream().anyMatch((age) -> {
			Long since = this.activeSince.get(age.getKey());
			return since == null || since - (now - age.getValue()) > difference;
		});
		if (news) {
			Map<String, Long> since = new HashMap<>();
			ages.forEach((limit, age) -> since.put(limit, now - age));
			this.activeSince = since;
		}
		return news;
	}

	private boolean isToldByOthers(long now) {
		return this.membership.peers()
			.stream()
			.anyMatch((peer) -> isReceived(peer, now) && this.current != null
					&& this.current.equals(peer.announcement()));
	}

	private boolean isReceived(Peer peer, long now) {
		return peer.isReceived(this.membership.interval(), now);
	}

}
