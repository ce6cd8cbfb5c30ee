package io.openclaw.tokenbucket.console;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

/**
 * A gateway with one limit, and how to ask it.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
class ConsoleGateway {

	static ConfigurableApplicationContext start(String... args) {
		List<String> all = new ArrayList<>(List.of(args));
		all.addAll(List.of("--server.port=0", "--openclaw.buckets.api.capacity=10",
				"--openclaw.buckets.api.refill-rate-per-second=0.001", "--spring.main.banner-mode=off"));
		return SpringApplication.run(ConsoleGateway.class, all.toArray(String[]::new));
	}

	static WebTestClient.ResponseSpec get(ConfigurableApplicationContext gateway, String port, String path) {
		return client(gateway, port).get().uri(URI.create(base(gateway, port) + path)).exchange();
	}

	static WebTestClient client(ConfigurableApplicationContext gateway, String port) {
		return WebTestClient.bindToServer()
			.baseUrl(base(gateway, port))
			.responseTimeout(Duration.ofSeconds(30))
			.build();
	}

	private static String base(ConfigurableApplicationContext gateway, String port) {
		return "http://127.0.0.1:" + gateway.getEnvironment().getProperty(port);
	}

}
