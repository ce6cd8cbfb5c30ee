package io.openclaw.tokenbucket.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.util.ClassUtils;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * Several gateways of one application within this process, which hear each other through
 * memory instead of Redis. Their time stands still until {@link #advance}, but for a
 * request that waits for an acknowledgement of others: it lets as much pass as it waits,
 * {@code openclaw.crdt.credit-wait} at the most. For one thread.
 */
public final class InMemoryFleet implements AutoCloseable {

	private static final Duration STEP = Duration.ofMillis(10);

	private static final int STEPS_TO_MEET = 2_000;

	private static final String REACTOR_RESOURCES = "org.springframework.http.client.ReactorResourceFactory";

	private final FleetTime time = new FleetTime();

	private final FleetNetwork network = new FleetNetwork();

	private final InMemoryBus bus = new InMemoryBus(this.time, this.time, this.network);

	private final List<FleetMember> members = new ArrayList<>();

	private InMemoryFleet() {
	}

	/**
	 * Starts gateways on free ports, and waits until each hears all others.
	 * @param size how many, positive
	 * @param application its main class, or any configuration of Spring Boot
	 * @param properties further ones, each {@code name=value}
	 * @return the fleet, to be closed
	 * @throws IllegalStateException if a gateway does not start or join
	 */
	public static InMemoryFleet start(int size, Class<?> application, String... properties) {
		InMemoryFleet fleet = new InMemoryFleet();
		try {
			for (int number = 0; number < size; number++) {
				fleet.add(application, properties);
			}
			fleet.meet();
			return fleet;
		}
		catch (RuntimeException ex) {
			fleet.close();
			throw ex;
		}
	}

	/**
	 * One of the gateways.
	 * @param number from zero
	 * @return the gateway
	 */
	public FleetMember member(int number) {
		return this.members.get(number);
	}

	/**
	 * Lets time pass, and the gateways do what falls due meanwhile.
	 * @param duration how long, not negative
	 * @throws IllegalArgumentException if it is negative
	 */
	public void advance(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException("time does not go back: " + duration);
		}
		this.time.advance(duration);
	}

	/**
	 * Cuts the link between two gateways. Both still hear all others, and Redis would
	 * show both.
	 * @param number one of them
	 * @param other the other one
	 */
	public void cut(int number, int other) {
		this.network.cut(member(number).node(), member(other).node());
	}

	/**
	 * Cuts a gateway off from all others, and from what stands for Redis.
	 * @param number which
	 */
	public void isolate(int number) {
		this.network.isolate(member(number).node());
	}

	/**
	 * Mends all links.
	 */
	public void heal() {
		this.network.heal();
	}

	/**
	 * Stops all gateways.
	 */
	@Override
	public void close() {
		while (!this.members.isEmpty()) {
			FleetMember last = this.members.remove(this.members.size() - 1);
			whileTimePasses(() -> {
				last.context().close();
				return last;
			});
		}
		this.time.close();
	}

	private void add(Class<?> application, String... properties) {
		String node = "gateway-" + this.members.size();
		String[] arguments = Stream
			.concat(Stream.of("server.port=0", "openclaw.node.id=" + node, "openclaw.crdt.enabled=true"),
					Stream.of(properties))
			.map("--"::concat)
			.toArray(String[]::new);
		SpringApplication starter = new SpringApplicationBuilder(application).registerShutdownHook(false)
			.initializers((context) -> register((GenericApplicationContext) context))
			.build();
		ConfigurableApplicationContext context = whileTimePasses(() -> starter.run(arguments));
		this.members.add(new FleetMember(node, context));
	}

	private void register(GenericApplicationContext context) {
		context.registerBean(ReplicationTransport.class, () -> new InMemoryReplicationTransport(this.bus));
		context.registerBean(NanoClock.class, () -> this.time::nanoTime);
		context.registerBean(Timer.class, () -> this.time::schedule);
		context.registerBean("tokenBucketDeadlines", Timer.class, () -> this.time::await,
				(bean) -> ((AbstractBeanDefinition) bean).setDefaultCandidate(false));
		// What all share would be closed with the first.
		if (ClassUtils.isPresent(REACTOR_RESOURCES, context.getClassLoader())) {
			context.registerBean(OwnResources.class, OwnResources::new);
		}
	}

	private void meet() {
		for (int step = 0; step < STEPS_TO_MEET && !haveMet(); step++) {
			this.time.advance(STEP);
		}
		if (!haveMet()) {
			throw new IllegalStateException(
					"the gateways do not hear each other: " + this.members.stream().map(FleetMember::status).toList());
		}
	}

	private boolean haveMet() {
		return this.members.stream().map(FleetMember::status).allMatch(this::isWhole);
	}

	private boolean isWhole(ReplicationStatus status) {
		return status.fleetSize() == this.members.size() && status.state() == FleetState.HEALTHY;
	}

	// Gateways that start and stop wait for each other, and need time for it.
	private <T> T whileTimePasses(Callable<T> work) {
		FutureTask<T> task = new FutureTask<>(work);
		Thread thread = new Thread(task, "openclaw-test-fleet-start");
		thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
		thread.start();
		while (true) {
			this.time.advance(STEP);
			try {
				return task.get(1, TimeUnit.MILLISECONDS);
			}
			catch (TimeoutException ex) {
				continue;
			}
			catch (ExecutionException ex) {
				throw new IllegalStateException("a gateway of the fleet failed", ex.getCause());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("interrupted", ex);
			}
		}
	}

	/**
	 * Seen only where Reactor Netty is.
	 */
	private static final class OwnResources implements BeanPostProcessor {

		@Override
		public Object postProcessBeforeInitialization(Object bean, String name) {
			if (bean instanceof ReactorResourceFactory factory) {
				factory.setUseGlobalResources(false);
				factory.setShutdownQuietPeriod(Duration.ZERO);
			}
			return bean;
		}

	}

}
