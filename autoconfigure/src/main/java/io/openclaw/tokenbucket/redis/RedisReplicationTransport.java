package io.openclaw.tokenbucket.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * Replication over the publish/subscribe of one or more independent Redis servers,
 * sentinel groups or clusters. Every message goes to each of them; presence is written to
 * each. It opens connections of its own to where the given connection factories point,
 * and leaves theirs alone. While a Redis cannot be reached, what would go there is
 * dropped and counted. Thread-safe; nothing but {@link #close()} waits.
 */
public final class RedisReplicationTransport implements ReplicationTransport {

	private final List<RedisBus> buses;

	private final AtomicBoolean started = new AtomicBoolean();

	/**
	 * Creates a transport over one Redis.
	 * @param factory points to the Redis; a {@code LettuceConnectionFactory}
	 * @param namespace prefixes every channel and key, not empty
	 * @throws IllegalArgumentException if the factory is not Lettuce's or the namespace
	 * empty
	 */
	public RedisReplicationTransport(RedisConnectionFactory factory, String namespace) {
		this(Map.of("redis", factory), namespace);
	}

	/**
	 * Creates a transport over several Redis that know nothing of each other.
	 * @param factories point to the Redis by the name of the bus, in the order of
	 * {@link #buses()}; each a {@code LettuceConnectionFactory}
	 * @param namespace prefixes every channel and key, not empty
	 * @throws IllegalArgumentException if there is no factory, one is not Lettuce's, or
	 * the namespace is empty
	 */
	public RedisReplicationTransport(Map<String, ? extends RedisConnectionFactory> factories, String namespace) {
		if (factories.isEmpty()) {
			throw new IllegalArgumentException("factories must not be empty");
		}
		RedisNamespace names = new RedisNamespace(namespace);
		this.buses = factories.entrySet()
			.stream()
			.map((bus) -> new RedisBus(bus.getKey(), DedicatedConnections.like(bus.getValue()), names))
			.toList();
	}

	@Override
	public void start(MemberId self, Listener listener) {
		if (!this.started.compareAndSet(false, true)) {
			throw new IllegalStateException("the transport has been started before");
		}
		for (int i = 0; i < this.buses.size(); i++) {
			int bus = i;
			this.buses.get(i).start(self, (message) -> listener.onMessage(bus, message));
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
		return Majority.union(this.buses.stream().map((bus) -> bus.findPresent(members)).toList());
	}

	@Override
	public List<BusStatus> buses() {
		return this.buses.stream().map(RedisBus::status).toList();
	}

	@Override
	public void close() {
		this.buses.forEach(RedisBus::close);
	}

}
