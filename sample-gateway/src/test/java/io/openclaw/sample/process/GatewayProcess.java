package io.openclaw.sample.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application in a JVM of its own that listens on a free port.
 */
public final class GatewayProcess implements AutoCloseable {

	/** Brings the limits and routes of {@code process.yml} besides the sample's own. */
	static final String TEST_CONFIGURATION = "--spring.config.additional-location=file:"
			+ Path.of("src/test/resources/process.yml").toAbsolutePath();

	private static final Path SAMPLE = Path.of("target/openclaw-sample-gateway.jar");

	// Nobody sends anything more to a gateway that is told to stop.
	private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
			"-Dreactor.netty.ioShutdownQuietPeriod=0");

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	private static final Duration START_TIMEOUT = Duration.ofMinutes(3);

	// Longer than the longest pause of a gateway that is to answer afterwards.
	private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

	private static final HttpClient client = client();

	private static final JsonMapper mapper = JsonMapper.builder().build();

	private final String name;

	private final Process process;

	private final StringBuffer output = new StringBuffer();

	private final AtomicInteger lines = new AtomicInteger();

	private volatile @Nullable String port;

	private GatewayProcess(String name, Process process) {
		this.name = name;
		this.process = process;
		Thread reader = new Thread(this::readOutput, "output-of-" + name);
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Starts the sample gateway with the limits and routes of {@code process.yml} besides
	 * its own, and does not wait for it.
	 * @param node its node id
	 * @param redis its Redis server
	 * @param arguments its further arguments
	 * @return the gateway
	 */
	static GatewayProcess start(String node, RedisExtension redis, String... arguments) {
		List<String> all = new ArrayList<>(addressOf(redis));
		all.add(TEST_CONFIGURATION);
		all.addAll(List.of(arguments));
		return start(node, all);
	}

	/**
	 * Starts the sample gateway, and does not wait for it.
	 * @param node its node id
	 * @param arguments its further arguments
	 * @return the gateway
	 */
	static GatewayProcess start(String node, List<String> arguments) {
		List<String> all = new ArrayList<>(arguments);
		all.add("--openclaw.node.id=" + node);
		return start(node, SAMPLE, all);
	}

	/**
	 * Arguments that lead an application to a Redis server.
	 * @param redis the server
	 * @return the arguments
	 */
	static List<String> addressOf(RedisExtension redis) {
		return List.of("--spring.data.redis.host=" + redis.host(), "--spring.data.redis.port=" + redis.port());
	}

	/**
	 * Starts an application, and does not wait for it.
	 * @param name what to call it
	 * @param jar its executable jar
	 * @param arguments its arguments; it is told to listen on any free port besides
	 * @return the gateway
	 */
	static GatewayProcess start(String name, Path jar, List<String> arguments) {
		return start(name, jar, arguments, 256, Map.of());
	}

	/**
	 * Starts the sample gateway, and does not wait for it.
	 * @param node its node id
	 * @param arguments its further arguments
	 * @param heapMegabytes the most that its heap may take
	 * @param environment variables of its environment, besides those of this process
	 * @return the gateway
	 */
	public static GatewayProcess start(String node, List<String> arguments, int heapMegabytes,
			Map<String, String> environment) {
		List<String> all = new ArrayList<>(arguments);
		all.add("--openclaw.node.id=" + node);
		return start(node, SAMPLE, all, heapMegabytes, environment);
	}

	/**
	 * Starts an application, and does not wait for it.
	 * @param name what to call it
	 * @param jar its executable jar
	 * @param arguments its arguments; it is told to listen on any free port besides
	 * @param heapMegabytes the most that its heap may take
	 * @param environment variables of its environment, besides those of this process
	 * @return the gateway
	 */
	static GatewayProcess start(String name, Path jar, List<String> arguments, int heapMegabytes,
			Map<String, String> environment) {
		assertThat(jar).as("the packaged application, made by: mvn verify").exists();
		String java = ProcessHandle.current().info().command().orElse("java");
		List<String> command = new ArrayList<>();
		command.add(java);
		command.add("-Xmx" + heapMegabytes + "m");
		command.addAll(OPTIONS);
		command.addAll(jar.equals(SAMPLE) ? QuickStart.of(java, OPTIONS, jar) : List.of("-jar", jar.toString()));
		command.addAll(arguments);
		command.add("--server.port=0");
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().putAll(environment);
		try {
			return new GatewayProcess(name, builder.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void readOutput() {
		try (BufferedReader reader = this.process.inputReader()) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				this.output.append(line).append('\n');
				this.lines.incrementAndGet();
			}
		}
		catch (IOException ex) {
			this.output.append(ex);
		}
	}

	/**
	 * Waits until it says that it is ready.
	 * @return this gateway
	 */
	public GatewayProcess awaitReady() {
		awaitListening();
		await().atMost(START_TIMEOUT).untilAsserted(() -> assertThat(get("/ready").statusCode()).isEqualTo(200));
		return this;
	}

	/**
	 * Waits until it has a port.
	 * @return this gateway
	 */
	public GatewayProcess awaitListening() {
		await("port of " + this.name).atMost(START_TIMEOUT)
			.pollInterval(Duration.ofMillis(50))
			.failFast(() -> assertThat(this.process.isAlive()).as(this::output).isTrue())
			.until(this::isListening);
		return this;
	}

	/**
	 * Whether it has a port.
	 * @return {@code false} while it starts
	 */
	public boolean isListening() {
		return this.port != null || PORT.matcher(this.output).find();
	}

	/**
	 * Where it answers.
	 * @param path a path
	 * @return the address
	 */
	URI uri(String path) {
		String port = this.port;
		if (port == null) {
			Matcher matcher = PORT.matcher(this.output);
			assertThat(matcher.find()).as(this::output).isTrue();
			port = matcher.group(1);
			this.port = port;
		}
		return URI.create("http://127.0.0.1:" + port + path);
	}

	/**
	 * Sends a request and waits for the answer.
	 * @param path its path
	 * @param headers names and values in turn
	 * @return the answer
	 */
	public HttpResponse<String> get(String path, String... headers) {
		return getAsync(path, headers).join();
	}

	/**
	 * Sends a request.
	 * @param path its path
	 * @param headers names and values in turn
	 * @return the answer to come
	 */
	public CompletableFuture<HttpResponse<String>> getAsync(String path, String... headers) {
		return getAsync(uri(path), headers);
	}

	private static HttpClient client() {
		return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
	}

	/**
	 * Posts a document on a connection of its own and waits for the answer. Reactor Netty
	 * may never answer the request after one that it refused at once, if both come on one
	 * connection: reactor/reactor-netty#4361.
	 * @param path its path
	 * @param body the document
	 * @param headers names and values in turn
	 * @return the answer
	 */
	public HttpResponse<String> post(String path, String body, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).headers(headers).timeout(REQUEST_TIMEOUT);
		return client().sendAsync(request.POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString()).join();
	}

	/**
	 * Sends a request to another of its ports, and waits for the answer.
	 * @param uri where to
	 * @param headers names and values in turn
	 * @return the answer
	 */
	HttpResponse<String> get(URI uri, String... headers) {
		return getAsync(uri, headers).join();
	}

	private static CompletableFuture<HttpResponse<String>> getAsync(URI uri, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(REQUEST_TIMEOUT);
		if (headers.length > 0) {
			request.headers(headers);
		}
		return client.sendAsync(request.build(), BodyHandlers.ofString());
	}

	/**
	 * Reads a JSON document.
	 * @param path its path
	 * @param headers names and values in turn
	 * @return the document
	 */
	public JsonNode json(String path, String... headers) {
		HttpResponse<String> response = get(path, headers);
		assertThat(response.statusCode()).as(() -> path + ": " + response.body()).isEqualTo(200);
		return mapper.readTree(response.body());
	}

	/**
	 * How many gateways it counts, itself included.
	 * @return its fleet's size
	 */
	public int fleetSize() {
		return json("/actuator/replication").required("fleetSize").asInt();
	}

	/**
	 * Waits until it counts so many gateways.
	 * @param size its fleet's size, itself included
	 * @param timeout how long to wait at most
	 */
	public void awaitFleetSize(int size, Duration timeout) {
		await("fleet of " + this.name).atMost(timeout)
			.pollInterval(Duration.ofMillis(50))
			.untilAsserted(() -> assertThat(fleetSize()).as(this::output).isEqualTo(size));
	}

	/** Kills it, so that it cannot say goodbye. */
	public void kill() {
		this.process.destroyForcibly();
		awaitExit();
	}

	/** Stops it as an operator would, and waits until it has ended. */
	void stop() {
		this.process.destroy();
		awaitExit();
	}

	/**
	 * Whether it runs.
	 * @return {@code false} once it has ended
	 */
	public boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * What it has printed.
	 * @return its output so far
	 */
	public String output() {
		return this.name + " printed:\n" + this.output;
	}

	/**
	 * How much it has printed.
	 * @return lines so far
	 */
	public int lines() {
		return this.lines.get();
	}

	/**
	 * The process itself.
	 * @return a handle of it
	 */
	public ProcessHandle handle() {
		return this.process.toHandle();
	}

	private void awaitExit() {
		try {
			assertThat(this.process.waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)).as(this::output).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		kill();
	}

	@Override
	public String toString() {
		return this.name;
	}

}
