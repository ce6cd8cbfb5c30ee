package io.openclaw.tokenbucket.replication.membership;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.wire.Announcement;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.Message.Listing;
import io.openclaw.tokenbucket.replication.wire.Message.PeerReport;

/**
 * The members that a peer lists, and how: those that it counts, and what is unusual about
 * any. Immutable.
 */
final class Roster {

	static final Roster EMPTY = new Roster(List.of(), null, Map.of());

	private final List<MemberId> members;

	private final @Nullable Announcement announcement;

	private final Map<MemberId, Listing> unusual;

	private Roster(List<MemberId> members, @Nullable Announcement announcement, Map<MemberId, Listing> unusual) {
		this.members = members;
		this.announcement = announcement;
		this.unusual = unusual;
	}

	/**
	 * Whom a message lists.
	 */
	static Roster of(Announcement announcement, Message message) {
		Map<MemberId, Listing> unusual = new HashMap<>();
		for (PeerReport report : message.peers()) {
			if (!report.listing().equals(Listing.USUAL) || !announcement.counts(report.id())) {
				unusual.put(report.id(), report.listing());
			}
		}
		return new Roster(announcement.members(), announcement, unusual);
	}

	/**
	 * How a process is listed; {@code null} if it is not.
	 */
	@Nullable Listing listing(MemberId id) {
		Listing listing = this.unusual.get(id);
		return (listing != null || !counts(id)) ? listing : Listing.USUAL;
	}

	boolean receives(MemberId id) {
		Listing listing = listing(id);
		return listing != null && listing.received();
	}

	/**
	 * Passes everybody who is listed.
	 */
	void forEach(BiConsumer<MemberId, Listing> action) {
		this.unusual.forEach(action);
		for (MemberId member : this.members) {
			if (!this.unusual.containsKey(member)) {
				action.accept(member, Listing.USUAL);
			}
		}
	}

	private boolean counts(MemberId id) {
		return this.announcement != null && this.announcement.counts(id);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Roster roster && this.unusual.equals(roster.unusual)
				&& (this.members == roster.members || this.members.equals(roster.members));
	}

	@Override
	public int hashCode() {
		return this.members.hashCode();
	}

}
