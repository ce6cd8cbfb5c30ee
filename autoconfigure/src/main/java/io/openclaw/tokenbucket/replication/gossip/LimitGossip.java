package io.openclaw.tokenbucket.replication.gossip;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.wire.Announcement.AnnouncedLimit;

/**
 * The definitions of limits that others lack. Every member announces a fingerprint of
 * each limit; who sees one that differs from its own, or that is missing, sends its
 * definition, and so both come to follow the same. Mutable, confined to the replicating
 * thread.
 */
public final class LimitGossip {

	private static final int MAX_AT_ONCE = 100;

	private final BucketStore store;

	private final Supplier<ReplicationSettings> settings;

	private final Set<String> wanted = new LinkedHashSet<>();

	private final Map<String, Long> sentAt = new HashMap<>();

	public LimitGossip(BucketStore store, Supplier<ReplicationSettings> settings) {
		this.store = store;
		this.settings = settings;
	}

	/**
	 * A limit was changed here.
	 */
	public void onChange(String limit) {
		this.wanted.add(limit);
	}

	/**
	 * Compares the limits of a peer with one's own. One that is missing differs.
	 * @return whether there is something to tell
	 */
	public boolean compare(Map<String, AnnouncedLimit> announced, long now) {
		Map<String, LimitDefinition> definitions = this.store.limits().definitions();
		Set<String> adopted = this.store.limits().adopted();
		boolean differs = false;
		for (Map.Entry<String, LimitDefinition> own : definitions.entrySet()) {
			AnnouncedLimit theirs = announced.get(own.getKey());
			boolean lacks = (theirs == null) ? !adopted.contains(own.getKey())
					: theirs.fingerprint() != own.getValue().fingerprint();
			if (lacks && isDue(own.getKey(), now)) {
				differs |= this.wanted.add(own.getKey());
			}
		}
		return differs;
	}

	/**
	 * The definitions without which some reader could not judge buckets that it gets.
	 */
	public List<LimitDefinition> neededFor(List<BucketUpdate> buckets, Collection<Peer> readers) {
		Map<String, LimitDefinition> definitions = this.store.limits().definitions();
		return buckets.stream()
			.map((bucket) -> bucket.key().limit())
			.distinct()
			.filter((limit) -> readers.stream().anyMatch((reader) -> !reader.knows(limit)))
			.map(definitions::get)
			.filter(Objects::nonNull)
			.toList();
	}

	/**
	 * The definitions to publish now, which then count as told.
	 */
	public List<LimitDefinition> tell(long now) {
		if (this.wanted.isEmpty()) {
			return List.of();
		}
		Map<String, LimitDefinition> definitions = this.store.limits().definitions();
		List<String> next = new ArrayList<>(this.wanted).subList(0, Math.min(MAX_AT_ONCE, this.wanted.size()));
		next.forEach((limit) -> this.sentAt.put(limit, now));
		next.forEach(this.wanted::remove);
		return next.stream().filter(definitions::containsKey).map(definitions::get).toList();
	}

	// What says that somebody lacks a definition may be older than its last sending.
	private boolean isDue(String limit, long now) {
		Long last = this.sentAt.get(limit);
		return last == null || now - last >= this.settings.get().syncInterval().toNanos();
	}

}
