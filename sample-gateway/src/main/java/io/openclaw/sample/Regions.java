package io.openclaw.sample;

import java.util.ArrayList;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * Three gateways in one process, each as if in a region of its own, on ports that follow
 * each other.
 */
final class Regions {

	private static final Logger logger = LoggerFactory.getLogger(Regions.class);

	private static final List<String> NAMES = List.of("us-east-1", "eu-central-1", "ap-southeast-2");

	private static final int DEFAULT_PORT = 8080;

	private static final String REDIS_PORT = "spring.data.redis.port";

	private Regions() {
	}

	/**
	 * Starts the gateways, one after the other, and logs where they are.
	 * @param args arguments for each; {@code --server.port} is the first one's port, zero
	 * means any free ports
	 * @return the gateways, in the order of their regions
	 */
	static List<ConfigurableApplicationContext> start(List<String> args) {
		List<ConfigurableApplicationContext> gateways = new ArrayList<>();
		List<String> arguments = args;
		for (String region : NAMES) {
			arguments = with(with(arguments, "openclaw.node.id", region), "openclaw.node.region", region);
			ConfigurableApplicationContext gateway = new SpringApplication(SampleGatewayApplication.class)
				.run(arguments.toArray(String[]::new));
			gateways.add(gateway);
			arguments = argumentsOfNext(arguments, gateway.getEnvironment());
		}
		logger.info("{}", describe(gateways));
		return gateways;
	}

	private static List<String> argumentsOfNext(List<String> arguments, Environment environment) {
		int port = environment.getProperty("server.port", Integer.class, DEFAULT_PORT);
		List<String> next = with(arguments, "server.port", Integer.toString((port != 0) ? port + 1 : 0));
		String redisPort = environment.getProperty(REDIS_PORT);
		return (redisPort != null) ? with(next, REDIS_PORT, redisPort) : next;
	}

	private static List<String> with(List<String> arguments, String name, String value) {
		String prefix = "--" + name + "=";
		List<String> result = new ArrayList<>(arguments);
		result.removeIf((argument) -> argument.startsWith(prefix));
		result.add(prefix + value);
		return result;
	}

	private static String describe(List<ConfigurableApplicationContext> gateways) {
		StringBuilder table = new StringBuilder("Three gateways, one budget:%n".formatted());
		for (ConfigurableApplicationContext gateway : gateways) {
			Environment environment = gateway.getEnvironment();
			table.append("  %-16s http://localhost:%s%n".formatted(environment.getProperty("openclaw.node.region"),
					environment.getProperty("local.server.port")));
		}
		return table.toString();
	}

}
