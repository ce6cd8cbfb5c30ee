package io.openclaw.tokenbucket.benchmark.gateway;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.sun.management.ThreadMXBean;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

import io.openclaw.tokenbucket.benchmark.Samples;
import io.openclaw.tokenbucket.benchmark.Table;

/**
 * What a request takes of the processor and of memory in a whole application, on one
 * thread and without a network: Spring's handler gets requests, and their routes lead
 * nowhere. CPU of one thread depends less on what else the machine does than the rates of
 * {@link GatewayBenchmark}. Writing headers to a connection is not in it.
 */
public final class RequestWithoutNetwork {

	private static final List<String> ROUTES = List.of("plain", "openclaw-admitted", "bucket4j-admitted",
			"openclaw-rejected", "bucket4j-rejected");

	private static final int WARM_UPS = 9;

	private final HttpHandler handler;

	private final int requests;

	private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final Map<String, List<Taken>> taken = new LinkedHashMap<>();

	private RequestWithoutNetwork(HttpHandler handler, int requests) {
		this.handler = handler;
		this.requests = requests;
	}

	/**
	 * Measures, and prints a table.
	 * @param arguments how many rounds and requests of a round, 15 and 5000 if there are
	 * none, and properties of the application
	 */
	public static void main(String[] arguments) {
		System.setProperty("spring.config.name", "gateway-benchmark");
		int rounds = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 15;
		int requests = (arguments.length > 1) ? Integer.parseInt(arguments[1]) : 5_000;
		List<String> properties = new ArrayList<>(List.of("--upstream=no://where"));
		properties.addAll(List.of(arguments).subList(Math.min(2, arguments.length), arguments.length));
		try (ConfigurableApplicationContext gateway = SpringApplication.run(GatewayUnderLoad.class,
				properties.toArray(String[]::new))) {
			new RequestWithoutNetwork(gateway.getBean(HttpHandler.class), requests).run(rounds);
		}
	}

	private void run(int rounds) {
		for (int i = 0; i < WARM_UPS; i++) {
			ROUTES.forEach(this::measure);
		}
		this.taken.clear();
		for (int i = 0; i < rounds; i++) {
			ROUTES.forEach(this::measure);
		}
		Table table = new Table(Samples.format("%d rounds of %d requests; medians (lowest to highest); %s", rounds,
				this.requests, Table.machine()), "route", "CPU µs a request", "bytes a request");
		this.taken.forEach((route, each) -> table.row(route, Samples.of(each, Taken::micros).spread("%.1f"),
				Samples.format("%.0f", Samples.of(each, Taken::bytes).median())));
	}

	private void measure(String route) {
		long thread = Thread.currentThread().getId();
		long bytes = this.threads.getThreadAllocatedBytes(thread);
		long nanos = this.threads.getCurrentThreadCpuTime();
		for (int i = 0; i < this.requests; i++) {
			request(route);
		}
		nanos = this.threads.getCurrentThreadCpuTime() - nanos;
		bytes = this.threads.getThreadAllocatedBytes(thread) - bytes;
		this.taken.computeIfAbsent(route, (name) -> new ArrayList<>())
			.add(new Taken(nanos / 1e3 / this.requests, (double) bytes / this.requests));
	}

	private void request(String route) {
		MockServerHttpRequest request = MockServerHttpRequest.get("/" + route)
			.header("Host", "localhost")
			.header("X-API-Key", "4711")
			.header("Accept", "*/*")
			.build();
		ConnectedResponse response = new ConnectedResponse();
		this.handler.handle(request, response).subscribe();
		response.runTasks();
		if (!response.isCommitted()) {
			throw new IllegalStateException(route + " was not answered");
		}
	}

	/**
	 * What a request took in one round.
	 *
	 * @param micros of the processor
	 * @param bytes that were allocated
	 */
	private record Taken(double micros, double bytes) {
	}

}
