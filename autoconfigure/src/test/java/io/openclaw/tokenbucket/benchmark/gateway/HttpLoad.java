package io.openclaw.tokenbucket.benchmark.gateway;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Sends requests with one API key to a gateway.
 */
final class HttpLoad {

	private final HttpClient client;

	private final int connections;

	HttpLoad(int port, int connections) {
		this.connections = connections;
		ConnectionProvider provider = ConnectionProvider.builder("load")
			.maxConnections(connections)
			.pendingAcquireMaxCount(-1)
			.build();
		this.client = HttpClient.create(provider)
			.baseUrl("http://127.0.0.1:" + port)
			.headers((headers) -> headers.set("X-API-Key", "4711"));
	}

	/**
	 * Sends as fast as answers come.
	 * @return how many came
	 */
	long saturate(String route, Duration time) {
		AtomicLong answers = new AtomicLong();
		long end = System.nanoTime() + time.toNanos();
		Flux.range(0, this.connections)
			.flatMap((caller) -> Mono.defer(() -> get(route))
				.doOnNext((status) -> answers.incrementAndGet())
				.repeat(() -> System.nanoTime() < end), this.connections)
			.blockLast();
		return answers.get();
	}

	/**
	 * Sends at a constant rate.
	 * @return milliseconds from when each request was due until its answer
	 */
	double[] constant(String route, double perSecond, Duration time) {
		Queue<Double> millis = new ConcurrentLinkedQueue<>();
		int count = (int) (perSecond * time.toMillis() / 1e3);
		long start = System.nanoTime();
		Mono<?>[] sent = new Mono<?>[count];
		for (int i = 0; i < count; i++) {
			long due = start + (long) (i / perSecond * 1e9);
			for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			sent[i] = get(route).doOnNext((status) -> millis.add((System.nanoTime() - due) / 1e6)).cache();
			sent[i].subscribe();
		}
		Mono.when(sent).block();
		return millis.stream().mapToDouble(Double::doubleValue).toArray();
	}

	private Mono<Integer> get(String route) {
		return this.client.get()
			.uri("/" + route)
			.responseSingle((response, body) -> body.asByteArray().then(Mono.just(response.status().code())));
	}

}
