package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.testing.RedisExtension;
import io.openclaw.tokenbucket.testing.TcpProxy;

/**
 * Gateways without their web servers, in this process, over a real Redis that starts with
 * them. Everything else is as auto-configuration makes it. Each reaches Redis through a
 * link that can be cut.
 */
final class RealFleet implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofMinutes(5);

	private final RedisExtension redis = RedisExtension.embedded();

	private final Map<String, Object> properties = new HashMap<>();

	private final List<Replica> replicas = new ArrayList<>();

	private int started;

	/**
	 * Starts Redis, and no gateway yet.
	 * @param properties of every gateway: names and values in turn
	 */
	RealFleet(String... properties) {
		this.redis.start();
		for (int i = 0; i < properties.length; i += 2) {
			this.properties.put(properties[i], properties[i + 1]);
		}
	}

	/**
	 * Starts gateways, and waits until there is one fleet.
	 */
	RealFleet grow(int count) {
		while (this.replicas.size() < count) {
			start();
		}
		awaitOneFleet();
		return this;
	}

	/**
	 * Starts a gateway, and does not wait until it is counted.
	 */
	Replica start() {
		Replica replica = new Replica("gateway-" + this.started++);
		this.replicas.add(replica);
		return replica;
	}

	void awaitOneFleet() {
		await(() -> this.replicas.stream()
			.allMatch((replica) -> replica.state() == FleetState.HEALTHY
					&& replica.replicator().status().fleetSize() == this.replicas.size()));
	}

	RedisExtension redis() {
		return this.redis;
	}

	List<Replica> replicas() {
		return this.replicas;
	}

	/**
	 * Stops the gateway that runs longest, and starts another.
	 */
	void replaceOldest() {
		this.replicas.remove(0).close();
		start();
		awaitOneFleet();
	}

	/**
	 * Messages that arrived at all gateways so far.
	 */
	long messages() {
		return this.replicas.stream().mapToLong((replica) -> replica.traffic.messages.sum()).sum();
	}

	/**
	 * Bytes of the messages that arrived at all gateways so far.
	 */
	long bytes() {
		return this.replicas.stream().mapToLong((replica) -> replica.traffic.bytes.sum()).sum();
	}

	void stopAll() {
		this.replicas.forEach(Replica::close);
		this.replicas.clear();
	}

	@Override
	public void close() {
		stopAll();
		this.redis.stop();
	}

	/**
	 * Waits, without keeping a processor busy.
	 * @return how long it took
	 */
	static Duration await(BooleanSupplier condition) {
		long begin = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - begin > PATIENCE.toNanos()) {
				throw new IllegalStateException("This should have come by now");
			}
			LockSupport.parkNanos(1_000_000);
		}
		return Duration.ofNanos(System.nanoTime() - begin);
	}

	/**
	 * Starts a gateway without its web server.
	 */
	static ConfigurableApplicationContext application(Map<String, Object> properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.logStartupInfo(false)
			.registerShutdownHook(false)
			.properties(Map.of("spring.config.name", "real-fleet", "spring.cloud.gateway.server.webflux.enabled",
					"false", "logging.level.io.openclaw", "ERROR"))
			.properties(properties)
			.run();
	}

	/**
	 * One gateway.
	 */
	final class Replica {

		private final TcpProxy link = new TcpProxy(RealFleet.this.redis.port());

		private final ConfigurableApplicationContext context;

		private final Traffic traffic;

		private Replica(String node) {
			Map<String, Object> all = new HashMap<>(RealFleet.this.properties);
			all.put("openclaw.node.id", node);
			all.put("spring.data.redis.host", RealFleet.this.redis.host());
			all.put("spring.data.redis.port", this.link.port());
			this.context = application(all);
			this.traffic = this.context.getBean(Traffic.class);
		}

		TokenBucketLimiter limiter() {
			return this.context.getBean(TokenBucketLimiter.class);
		}

		BucketStore store() {
			return this.context.getBean(BucketStore.class);
		}

		Replicator replicator() {
			return this.context.getBean(Replicator.class);
		}

		FleetState state() {
			return limiter().state();
		}

		/**
		 * Has nothing reach Redis or come from it, as if the process hung.
		 */
		void cut(boolean cut) {
			this.link.hold(cut);
		}

		void close() {
			this.link.hold(false);
			this.context.close();
			this.link.close();
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = "org.springframework.cloud.gateway.config.GatewayRedisAutoConfiguration")
	static class Application {

		@Bean
		Traffic traffic() {
			return new Traffic();
		}

	}

	/**
	 * What arrived at a gateway.
	 */
	static final class Traffic implements ReplicationListener {

		private final LongAdder messages = new LongAdder();

		private final LongAdder bytes = new LongAdder();

		@Override
		public void onReceived(int size) {
			this.messages.increment();
			this.bytes.add(size);
		}

	}

}
