package io.openclaw.tokenbucket.replication.port;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;

/**
 * A bus within one process, for tests and simulations: who is connected, and how well.
 * Thread-safe.
 */
public final class InMemoryBus {

	private final NanoClock clock;

	private final Timer timer;

	private final Network network;

	private final Map<MemberId, ReplicationTransport.Listener> subscribers = new ConcurrentHashMap<>();

	private final Map<MemberId, Long> presentUntil = new ConcurrentHashMap<>();

	/**
	 * Creates a bus without subscribers.
	 * @param clock the clock that signs of life fade by
	 * @param timer delivers messages
	 * @param network how messages travel
	 */
	public InMemoryBus(NanoClock clock, Timer timer, Network network) {
		this.clock = clock;
		this.timer = timer;
		this.network = network;
	}

	public void subscribe(MemberId member, ReplicationTransport.Listener listener) {
		this.subscribers.put(member, listener);
	}

	public void unsubscribe(MemberId member) {
		this.subscribers.remove(member);
	}

	public void publish(MemberId from, byte[] message) {
		this.subscribers.keySet().stream().sorted().forEach((to) -> deliver(from, to, message));
	}

	// To the node, whichever of its processes listens.
	public void send(MemberId from, MemberId recipient, byte[] message) {
		this.subscribers.keySet()
			.stream()
			.filter((to) -> to.node().equals(recipient.node()))
			.sorted()
			.forEach((to) -> deliver(from, to, message));
	}

	private void deliver(MemberId from, MemberId to, byte[] message) {
		for (Duration delay : this.network.deliveries(from, to)) {
			this.timer.schedule(delay, () -> {
				ReplicationTransport.Listener listener = this.subscribers.get(to);
				if (listener != null) {
					listener.onMessage(0, message);
				}
			});
		}
	}

	public boolean reaches(MemberId member) {
		return this.network.reachesServer(member);
	}

	public void renew(MemberId member, Duration timeToLive) {
		this.presentUntil.put(member, this.clock.nanoTime() + timeToLive.toNanos());
	}

	public void remove(MemberId member) {
		this.presentUntil.remove(member);
	}

	public Set<MemberId> present(Set<MemberId> members) {
		long now = this.clock.nanoTime();
		return members.stream()
			.filter((member) -> this.presentUntil.getOrDefault(member, now) - now > 0)
			.collect(Collectors.toSet());
	}

	/**
	 * The way in which messages travel.
	 */
	public interface Network {

		/** Delivers everything at once. */
		Network PERFECT = new Network() {

			@Override
			public List<Duration> deliveries(MemberId from, MemberId to) {
				return List.of(Duration.ZERO);
			}

			@Override
			public boolean reachesServer(MemberId member) {
				return true;
			}

		};

		/**
		 * What happens to a message.
		 * @param from who sends
		 * @param to who receives, possibly the sender
		 * @return after how long it arrives; nothing if it is lost, several if it is
		 * duplicated
		 */
		List<Duration> deliveries(MemberId from, MemberId to);

		/**
		 * Whether a member can renew and see signs of life.
		 * @param member the member
		 * @return whether it reaches the server
		 */
		boolean reachesServer(MemberId member);

	}

}
