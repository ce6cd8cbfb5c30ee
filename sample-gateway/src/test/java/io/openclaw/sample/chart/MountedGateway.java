package io.openclaw.sample.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.JsonNode;

import io.openclaw.sample.process.GatewayProcess;

import static org.awaitility.Awaitility.await;

/**
 * The sample gateway in a process of its own, with what the chart gives a pod: the
 * variables of its container, its Secret and, at another place, its ConfigMap. Only where
 * Redis is, and the port, differ.
 */
final class MountedGateway implements AutoCloseable {

	private static final String NODE = "edge-1";

	private static final int HEAP_MEGABYTES = 256;

	private static final Duration TIME_TO_START = Duration.ofMinutes(1);

	private final GatewayProcess process;

	private final Path configuration;

	private MountedGateway(GatewayProcess process, Path configuration) {
		this.process = process;
		this.configuration = configuration;
	}

	static MountedGateway start(Rendered rendered, Path directory, int redisPort) {
		JsonNode container = rendered.named("Deployment", Chart.RELEASE + "-openclaw-gateway")
			.at("/spec/template/spec/containers/0");
		Map<String, String> variables = new HashMap<>();
		for (JsonNode variable : container.at("/env")) {
			variables.put(Rendered.text(variable, "/name"), valueOf(variable, rendered, directory));
		}
		Path file = directory.resolve("application.yml");
		write(file, Rendered.text(rendered.named("ConfigMap", Chart.RELEASE + "-openclaw-gateway"),
				"/data/application.yml"));
		List<String> redis = List.of("--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + redisPort);
		return new MountedGateway(GatewayProcess.start(NODE, redis, HEAP_MEGABYTES, variables), file);
	}

	private static String valueOf(JsonNode variable, Rendered rendered, Path directory) {
		JsonNode secret = variable.at("/valueFrom/secretKeyRef");
		if (!secret.isMissingNode()) {
			return Rendered.text(rendered.named("Secret", Rendered.text(secret, "/name")).at("/stringData"),
					"/" + Rendered.text(secret, "/key"));
		}
		return variable.has("value") ? Rendered.text(variable, "/value").replace("/etc/openclaw/config", directory + "")
				: Rendered.text(variable, "/valueFrom/fieldRef/fieldPath");
	}

	private static void write(Path file, String content) {
		try {
			Files.writeString(file, content);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Waits until it answers as it does when it may be asked.
	 * @param probe the path of its readiness
	 */
	void awaitReady(String probe) {
		this.process.awaitListening();
		await().atMost(TIME_TO_START).until(() -> get(probe).statusCode() == 200);
	}

	/**
	 * Changes the mounted configuration.
	 * @param from what stands in it
	 * @param to what is to stand there
	 */
	void edit(String from, String to) {
		try {
			write(this.configuration, Files.readString(this.configuration).replace(from, to));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	HttpResponse<String> get(String path) {
		return this.process.get(path);
	}

	HttpResponse<String> post(String path, String body, String apiKey) {
		return this.process.post(path, body, "Content-Type", "application/json", "X-API-Key", apiKey);
	}

	@Override
	public void close() {
		this.process.close();
	}

}
