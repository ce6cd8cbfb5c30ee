package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * Signs of life in Redis. Renews that of this member, and finds those that have faded. A
 * missing sign counts as faded only after the servers were reachable for some time
 * without a break. Otherwise servers that come back empty would cause the removal of all
 * members. Mutable, confined to the replicating thread.
 */
public final class Presence {

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	private static final long REACH_NANOS = Duration.ofSeconds(3).toNanos();

	private final MemberId self;

	private final ReplicationTransport transport;

	private final Duration timeToLive;

	private static final long BREAK_NANOS = 2 * INTERVAL.toNanos();

	private @Nullable Long checkAt;

	private @Nullable Long reachedSince;

	private long reachedAt;

	public Presence(MemberId self, ReplicationTransport transport, Duration timeToLive) {
		this.self = self;
		this.transport = transport;
		this.timeToLive = timeToLive;
	}

	/**
	 * Whether to check again.
	 */
	public boolean isDue(long now) {
		return this.checkAt == null || now - this.checkAt >= 0;
	}

	/**
	 * Renews the own sign and looks for those of others.
	 * @param members the members to look for
	 * @param answered receives, on any thread, those whose sign was found, or
	 * {@code null} if too few servers answered
	 */
	public void check(Set<MemberId> members, long now, Consumer<@Nullable Set<MemberId>> answered) {
		this.checkAt = now + INTERVAL.toNanos();
		this.transport.renewPresence(this.self, this.timeToLive);
		this.transport.findPresent(members)
			.whenComplete((present, failure) -> answered.accept((failure != null) ? null : present));
	}

	/**
	 * Evaluates an answer.
	 * @param members the members that were looked for
	 * @param present those whose sign was found, {@code null} if too few servers answered
	 * @return the members whose sign has faded
	 */
	public Set<MemberId> faded(Set<MemberId> members, @Nullable Set<MemberId> present, long now) {
		if (present == null) {
			this.reachedSince = null;
			return Set.of();
		}
		// After a search that hung or a pause of this process, the servers may have come
		// back empty in between.
		if (this.reachedSince == null || now - this.reachedAt > BREAK_NANOS) {
			this.reachedSince = now;
		}
		this.reachedAt = now;
		if (now - this.reachedSince < REACH_NANOS) {
			return Set.of();
		}
		Set<MemberId> faded = new HashSet<>(members);
		faded.removeAll(present);
		return faded;
	}

}
