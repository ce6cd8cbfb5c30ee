package io.openclaw.tokenbucket.test;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;

/**
 * Between the gateways of a fleet within one process: messages arrive at once, but over
 * links that are cut. Thread-safe.
 */
final class FleetNetwork implements InMemoryBus.Network {

	private final Set<Set<String>> cut = ConcurrentHashMap.newKeySet();

	private final Set<String> isolated = ConcurrentHashMap.newKeySet();

	void cut(String node, String other) {
		this.cut.add(Set.of(node, other));
	}

	void isolate(String node) {
		this.isolated.add(node);
	}

	void heal() {
		this.cut.clear();
		this.isolated.clear();
	}

	@Override
	public List<Duration> deliveries(MemberId from, MemberId to) {
		boolean lost = !reachesServer(from) || !reachesServer(to)
				|| (!from.node().equals(to.node()) && this.cut.contains(Set.of(from.node(), to.node())));
		return lost ? List.of() : List.of(Duration.ZERO);
	}

	@Override
	public boolean reachesServer(MemberId member) {
		return !this.isolated.contains(member.node());
	}

}
