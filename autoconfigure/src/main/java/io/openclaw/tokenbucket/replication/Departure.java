package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;

/**
 * Decides when this member may say goodbye: once those that it hears have what it spent
 * and follow the limits that it follows, or when that takes too long. Confined to the
 * replicating thread, except for {@link #completion}.
 */
final class Departure {

	static final long CHECK_NANOS = Duration.ofMillis(5).toNanos();

	private final BucketStore store;

	private final CompletableFuture<Void> completion = new CompletableFuture<>();

	private @Nullable Long latest;

	Departure(BucketStore store) {
		this.store = store;
	}

	/**
	 * Begins to leave.
	 * @param newLatest when to leave at the latest
	 */
	void begin(long newLatest) {
		this.latest = newLatest;
	}

	boolean hasBegun() {
		return this.latest != null;
	}

	/**
	 * Completes when the member has left.
	 */
	CompletionStage<Void> completion() {
		return this.completion.minimalCompletionStage();
	}

	void complete() {
		this.completion.complete(null);
	}

	boolean isDue(Membership membership, Outbox outbox, long now) {
		if (this.latest == null) {
			return false;
		}
		List<Peer> heard = membership.members().stream().filter(Peer::isHeard).toList();
		Collection<LimitDefinition> limits = this.store.limits().definitions().values();
		boolean pending = this.store.replicas().hasDirty() || !outbox.isAcknowledged()
				|| !heard.stream().allMatch((peer) -> peer.follows(limits));
		return !pending || heard.isEmpty() || now - this.latest >= 0;
	}

}
