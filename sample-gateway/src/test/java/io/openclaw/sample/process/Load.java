package io.openclaw.sample.process;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.awaitility.Awaitility.await;

/**
 * Requests for one path with one API key, spread evenly over gateways.
 */
final class Load implements AutoCloseable {

	/**
	 * For each gateway; more would open connections faster than a busy machine accepts.
	 */
	private static final int MAX_UNANSWERED = 64;

	private final List<GatewayProcess> gateways;

	private final String path;

	private final String apiKey;

	private final Tally total = new Tally();

	private final Map<GatewayProcess, Tally> tallies = new ConcurrentHashMap<>();

	private final AtomicInteger turn = new AtomicInteger();

	private final Phaser pending = new Phaser(1);

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	Load(List<GatewayProcess> gateways, String path, String apiKey) {
		this.gateways = List.copyOf(gateways);
		this.path = path;
		this.apiKey = apiKey;
		gateways.forEach((gateway) -> this.tallies.put(gateway, new Tally()));
	}

	/**
	 * Sends requests at a steady rate until {@link #stop()}, fewer while a gateway has
	 * many to answer.
	 * @param requestsPerSecond how many
	 */
	void start(int requestsPerSecond) {
		this.scheduler.scheduleAtFixedRate(this::sendUnlessBusy, 0, TimeUnit.SECONDS.toNanos(1) / requestsPerSecond,
				TimeUnit.NANOSECONDS);
	}

	/**
	 * Sends requests at a steady rate for some time, and longer until every gateway has
	 * rejected some; then waits for the last answer.
	 * @param requestsPerSecond how many
	 * @param duration how long
	 * @param rejections how many each gateway is to reject
	 * @return what was answered
	 */
	Tally run(int requestsPerSecond, Duration duration, int rejections) {
		start(requestsPerSecond);
		await().pollDelay(duration)
			.atMost(duration.plusMinutes(1))
			.until(() -> this.tallies.values().stream().allMatch((tally) -> tally.rejected() >= rejections));
		return stop();
	}

	/**
	 * Sends requests as fast as they are answered, and waits for the last answer.
	 * @param requests how many
	 * @param concurrency how many at once
	 * @return what was answered
	 */
	Tally burst(int requests, int concurrency) {
		AtomicInteger left = new AtomicInteger(requests);
		CompletableFuture<?>[] chains = new CompletableFuture<?>[concurrency];
		for (int i = 0; i < concurrency; i++) {
			chains[i] = sendNext(left);
		}
		CompletableFuture.allOf(chains).join();
		return stop();
	}

	private CompletableFuture<Void> sendNext(AtomicInteger left) {
		if (left.getAndDecrement() <= 0) {
			return CompletableFuture.completedFuture(null);
		}
		return send(nextGateway()).thenComposeAsync((answered) -> sendNext(left));
	}

	private void sendUnlessBusy() {
		GatewayProcess gateway = nextGateway();
		if (tally(gateway).unanswered() < MAX_UNANSWERED) {
			send(gateway);
		}
	}

	private GatewayProcess nextGateway() {
		return this.gateways.get(this.turn.getAndIncrement() % this.gateways.size());
	}

	private CompletableFuture<Void> send(GatewayProcess gateway) {
		Tally tally = tally(gateway);
		this.pending.register();
		tally.sent();
		this.total.sent();
		return gateway.getAsync(this.path, "X-API-Key", this.apiKey).handle((response, failure) -> {
			tally.answered(response, failure);
			this.total.answered(response, failure);
			this.pending.arriveAndDeregister();
			return null;
		});
	}

	/**
	 * Stops sending, and waits for the last answer.
	 * @return what was answered
	 */
	Tally stop() {
		this.scheduler.shutdownNow();
		this.pending.arriveAndAwaitAdvance();
		return this.total;
	}

	/**
	 * What one gateway has answered so far.
	 * @param gateway the gateway
	 * @return its tally, which goes on counting
	 */
	Tally tally(GatewayProcess gateway) {
		return this.tallies.get(gateway);
	}

	@Override
	public void close() {
		this.scheduler.shutdownNow();
	}

}
