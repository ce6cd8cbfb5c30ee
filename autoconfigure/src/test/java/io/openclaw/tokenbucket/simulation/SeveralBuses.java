package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * The port over several simulated servers at once: publishes on each, receives from each,
 * and looks for signs of life where a majority answers.
 */
final class SeveralBuses implements ReplicationTransport {

	private final List<InMemoryReplicationTransport> buses;

	SeveralBuses(List<InMemoryBus> buses) {
		this.buses = buses.stream().map(InMemoryReplicationTransport::new).toList();
	}

	@Override
	public void start(MemberId self, Listener listener) {
		for (int i = 0; i < this.buses.size(); i++) {
			int number = i;
			this.buses.get(i).start(self, (bus, message) -> listener.onMessage(number, message));
		}
	}

	@Override
	public void publish(byte[] message) {
		this.buses.forEach((bus) -> bus.publish(message));
	}

	@Override
	public void send(MemberId recipient, byte[] message) {
		this.buses.forEach((bus) -> bus.send(recipient, message));
	}

	@Override
	public void renewPresence(MemberId member, Duration timeToLive) {
		this.buses.forEach((bus) -> bus.renewPresence(member, timeToLive));
	}

	@Override
	public void removePresence(MemberId member) {
		this.buses.forEach((bus) -> bus.removePresence(member));
	}

	@Override
	public CompletionStage<Set<MemberId>> findPresent(Set<MemberId> members) {
		List<Set<MemberId>> answers = this.buses.stream()
			.map((bus) -> bus.findPresent(members).toCompletableFuture())
			.filter((answer) -> !answer.isCompletedExceptionally())
			.map(CompletableFuture::join)
			.toList();
		if (answers.size() <= this.buses.size() / 2) {
			return CompletableFuture.failedStage(new IllegalStateException("too few buses are in reach"));
		}
		Set<MemberId> present = new HashSet<>();
		answers.forEach(present::addAll);
		return CompletableFuture.completedStage(present);
	}

	@Override
	public List<BusStatus> buses() {
		return this.buses.stream().flatMap((bus) -> Stream.of(bus.buses().get(0))).toList();
	}

	@Override
	public void close() {
		this.buses.forEach(InMemoryReplicationTransport::close);
	}

}
