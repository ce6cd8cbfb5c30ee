package io.openclaw.sample.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import tools.jackson.databind.JsonNode;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import io.openclaw.sample.SampleGatewayApplication;

/**
 * The sample gateway in this process with what the chart gives a pod: the variables of
 * its container, its Secret and, at another place, its ConfigMap. Only where Redis is,
 * and the port, differ.
 */
final class MountedGateway implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(15);

	private static final int ATTEMPTS = 3;

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final ConfigurableApplicationContext context;

	private final Path configuration;

	private MountedGateway(ConfigurableApplicationContext context, Path configuration) {
		this.context = context;
		this.configuration = configuration;
	}

	static MountedGateway start(Rendered rendered, Path directory, int redisPort) {
		JsonNode container = rendered.named("Deployment", Chart.RELEASE + "-openclaw-gateway")
			.at("/spec/template/spec/containers/0");
		Map<String, Object> variables = new HashMap<>();
		for (JsonNode variable : container.at("/env")) {
			variables.put(Rendered.text(variable, "/name"), valueOf(variable, rendered, directory));
		}
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
		Path file = directory.resolve("application.yml");
		write(file, Rendered.text(rendered.named("ConfigMap", Chart.RELEASE + "-openclaw-gateway"),
				"/data/application.yml"));
		// where the configuration is, as an argument too: a refresh reads the variables
		// of this process
		return new MountedGateway(new SpringApplicationBuilder(SampleGatewayApplication.class).environment(environment)
			.run("--server.port=0", "--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + redisPort,
					"--spring.config.location=" + variables.get("SPRING_CONFIG_LOCATION")),
				file);
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

	// Asked again, since on a machine that is busy with other tests an answer may not
	// come.
	HttpResponse<String> get(String path) {
		for (int attempt = 1;; attempt++) {
			try {
				return send(request(path));
			}
			catch (UncheckedIOException ex) {
				if (attempt == ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	HttpResponse<String> post(String path, String body, String apiKey) {
		return send(request(path).headers("Content-Type", "application/json", "X-API-Key", apiKey)
			.POST(BodyPublishers.ofString(body)));
	}

	private HttpRequest.Builder request(String path) {
		String port = this.context.getEnvironment().getRequiredProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(TIMEOUT);
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return client.send(request.build(), BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

}
