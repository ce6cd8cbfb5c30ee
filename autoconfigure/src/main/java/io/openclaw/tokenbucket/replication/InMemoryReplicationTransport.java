package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The port over a bus within one process, for tests and simulations. Thread-safe.
 */
public final class InMemoryReplicationTransport implements ReplicationTransport {

	private final InMemoryBus bus;

	private volatile @Nullable MemberId self;

	/**
	 * Creates a transport.
	 * @param bus connects it to others
	 */
	public InMemoryReplicationTransport(InMemoryBus bus) {
		this.bus = bus;
	}

	@Override
	public void start(MemberId member, Listener listener) {
		this.self = member;
		this.bus.subscribe(member, listener);
	}

	@Override
	public void publish(byte[] message) {
		this.bus.publish(self(), message);
	}

	@Override
	public void send(MemberId recipient, byte[] message) {
		this.bus.send(self(), recipient, message);
	}

	@Override
	public void renewPresence(MemberId member, Duration timeToLive) {
		if (this.bus.reaches(self())) {
			this.bus.renew(member, timeToLive);
		}
	}

	@Override
	public void removePresence(MemberId member) {
		if (this.bus.reaches(self())) {
			this.bus.remove(member);
		}
	}

	@Override
	public CompletionStage<Set<MemberId>> findPresent(Set<MemberId> members) {
		return this.bus.reaches(self()) ? CompletableFuture.completedStage(this.bus.present(members))
				: CompletableFuture.failedStage(new IllegalStateException("the bus is out of reach"));
	}

	@Override
	public List<BusStatus> buses() {
		MemberId member = this.self;
		return List.of(new BusStatus("memory", member != null && this.bus.reaches(member), 0));
	}

	@Override
	public void close() {
		this.bus.unsubscribe(self());
	}

	private MemberId self() {
		MemberId member = this.self;
		if (member == null) {
			throw new IllegalStateException("the transport is not started");
		}
		return member;
	}

}
