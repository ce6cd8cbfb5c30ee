package io.openclaw.sample.chaos.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import tools.jackson.databind.JsonNode;

import io.openclaw.sample.chaos.network.Network;
import io.openclaw.sample.process.GatewayProcess;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Four gateways in JVMs of their own, each with a network of its own to one Redis, behind
 * a load balancer that knows which of them are in service. Thread-safe.
 */
public final class Fleet implements AutoCloseable {

	/** The names of the gateways. */
	public static final List<String> MEMBERS = List.of("a", "b", "c", "d");

	private static final String CONFIGURATION = "--spring.config.additional-location=file:"
			+ Path.of("src/test/resources/chaos.yml").toAbsolutePath();

	private static final Duration TIME_TO_ASSEMBLE = Duration.ofMinutes(2);

	private final FleetPlan plan;

	private final RedisExtension redis = new RedisExtension();

	private final Network network = new Network(this.redis.port(), MEMBERS);

	private final Map<String, GatewayProcess> gateways = new ConcurrentHashMap<>();

	private final List<String> inService = new CopyOnWriteArrayList<>();

	private Fleet(FleetPlan plan) {
		this.plan = plan;
	}

	/**
	 * Starts a fleet and waits until it is whole.
	 * @param plan how
	 * @return the fleet
	 */
	public static Fleet start(FleetPlan plan) {
		Fleet fleet = new Fleet(plan);
		try {
			fleet.redis.start();
			MEMBERS.forEach(fleet::launch);
			fleet.gateways.values().forEach(GatewayProcess::awaitReady);
			await("the whole fleet").atMost(TIME_TO_ASSEMBLE).until(fleet::isWhole);
			fleet.inService.addAll(MEMBERS);
			return fleet;
		}
		catch (Throwable ex) {
			fleet.close();
			throw ex;
		}
	}

	private GatewayProcess launch(String member) {
		List<String> arguments = new ArrayList<>(this.plan.arguments().apply(member));
		arguments.add(CONFIGURATION);
		arguments.add("--spring.data.redis.host=127.0.0.1");
		arguments.add("--spring.data.redis.port=" + this.network.port(member));
		GatewayProcess gateway = GatewayProcess.start(member, arguments, this.plan.heapMegabytes(),
				this.plan.environment().apply(member));
		this.gateways.put(member, gateway);
		return gateway;
	}

	/**
	 * How it was started.
	 * @return the plan
	 */
	public FleetPlan plan() {
		return this.plan;
	}

	/**
	 * Whether every gateway runs, counts as many as planned and hears them all.
	 * @return {@code false} if one does not
	 */
	public boolean isWhole() {
		return this.gateways.values().stream().allMatch(this::isWhole);
	}

	private boolean isWhole(GatewayProcess gateway) {
		if (!gateway.isAlive()) {
			return false;
		}
		try {
			JsonNode status = gateway.json("/actuator/replication");
			return status.required("fleetSize").asInt() == this.plan.size()
					&& status.required("state").asString().equals("healthy");
		}
		catch (CompletionException ex) {
			// It does not answer in time.
			return false;
		}
	}

	/**
	 * The network between gateways and Redis.
	 * @return the network
	 */
	public Network network() {
		return this.network;
	}

	/**
	 * The Redis that all share.
	 * @return a server that can be stopped, and started empty
	 */
	public RedisExtension redis() {
		return this.redis;
	}

	/**
	 * One of the gateways, the latest of its name.
	 * @param member its name
	 * @return the process
	 */
	public GatewayProcess gateway(String member) {
		return this.gateways.get(member);
	}

	/**
	 * The gateways to which the load balancer sends requests.
	 * @return their names, as they are at this moment
	 */
	public List<String> inService() {
		return List.copyOf(this.inService);
	}

	/**
	 * Takes a gateway out of the load balancer.
	 * @param member its name
	 */
	public void withdraw(String member) {
		this.inService.remove(member);
	}

	/**
	 * Brings a gateway back into the load balancer.
	 * @param member its name
	 */
	public void restore(String member) {
		if (!this.inService.contains(member)) {
			this.inService.add(member);
		}
	}

	/**
	 * Kills a gateway, and the load balancer notices.
	 * @param member its name
	 */
	public void kill(String member) {
		withdraw(member);
		gateway(member).kill();
	}

	/**
	 * Starts a gateway again, and brings it into the load balancer once it is ready. Does
	 * not wait.
	 * @param member its name
	 */
	public void restart(String member) {
		GatewayProcess gateway = launch(member);
		CompletableFuture.runAsync(() -> {
			gateway.awaitReady();
			restore(member);
		});
	}

	/**
	 * Sends a signal to a gateway.
	 * @param member its name
	 * @param signal the name of the signal, such as {@code STOP}
	 */
	public void signal(String member, String signal) {
		run("kill", "-" + signal, Long.toString(gateway(member).handle().pid()));
	}

	/**
	 * Runs a command of the operating system.
	 * @param command the command and its arguments
	 */
	public static void run(String... command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			String output = new String(process.getInputStream().readAllBytes());
			assertThat(process.waitFor(10, TimeUnit.SECONDS)).as(() -> String.join(" ", command)).isTrue();
			assertThat(process.exitValue()).as(() -> String.join(" ", command) + ": " + output).isZero();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Sends a request to a gateway.
	 * @param member its name
	 * @param path its path
	 * @param headers names and values in turn
	 * @return the answer to come
	 */
	public CompletableFuture<HttpResponse<String>> request(String member, String path, String... headers) {
		GatewayProcess gateway = gateway(member);
		return gateway.isListening() ? gateway.getAsync(path, headers)
				: CompletableFuture.failedFuture(new IOException(member + " does not listen yet"));
	}

	@Override
	public void close() {
		this.gateways.values().forEach(GatewayProcess::close);
		this.network.close();
		this.redis.stop();
	}

}
