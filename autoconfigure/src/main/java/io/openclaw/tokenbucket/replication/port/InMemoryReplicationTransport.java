package io.openclaw.tokenbucket.replication.port;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The port over one or more buses within one process, for tests and simulations.
 * Thread-safe.
 */
public final class InMemoryReplicationTransport implements ReplicationTransport {

	private final List<InMemoryBus> buses;

	private volatile @Nullable MemberId self;

	/**
	 * Creates a transport over one bus.
	 * @param bus connects it to others
	 */
	public InMemoryReplicationTransport(InMemoryBus bus) {
		this(List.of(bus));
	}

	/**
	 * Creates a transport over several buses that know nothing of each other.
	 * @param buses connect it to others, at least one
	 */
	public InMemoryReplicationTransport(List<InMemoryBus> buses) {
		this.buses = List.copyOf(buses);
	}

	@Override
	public void start(MemberId member, Listener listener) {
		this.self = member;
		for (int i = 0; i < this.buses.size(); i++) {
			int number = i;
			this.buses.get(i).subscribe(member, (bus, message) -> listener.onMessage(number, message));
		}
	}

	@Override
	public void publish(byte[] message) {
		this.buses.forEach((bus) -> bus.publish(self(), message));
	}

	@Override
	public void send(MemberId recipient, byte[] message) {
		this.buses.forEach((bus) -> bus.send(self(), recipient, message));
	}

	@Override
	public void renewPresence(MemberId member, Duration timeToLive) {
		reached().forEach((bus) -> bus.renew(member, timeToLive));
	}

	@Override
	public void removePresence(MemberId member) {
		reached().forEach((bus) -> bus.remove(member));
	}

	@Override
	public CompletionStage<Set<MemberId>> findPresent(Set<MemberId> members) {
		List<InMemoryBus> reached = reached();
		if (reached.size() * 2 <= this.buses.size()) {
			return CompletableFuture.failedStage(new IllegalStateException("too few buses within reach"));
		}
		return CompletableFuture.completedStage(
				reached.stream().flatMap((bus) -> bus.present(members).stream()).collect(Collectors.toSet()));
	}

	@Override
	public List<BusStatus> buses() {
		MemberId member = this.self;
		return IntStream.range(0, this.buses.size())
			.mapToObj((number) -> new BusStatus("memory-" + number,
					member != null && this.buses.get(number).reaches(member), 0))
			.toList();
	}

	@Override
	public void close() {
		this.buses.forEach((bus) -> bus.unsubscribe(self()));
	}

	private List<InMemoryBus> reached() {
		return this.buses.stream().filter((bus) -> bus.reaches(self())).toList();
	}

	private MemberId self() {
		MemberId member = this.self;
		if (member == null) {
			throw new IllegalStateException("the transport is not started");
		}
		return member;
	}

}
