package io.openclaw.sample.regions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.openclaw.sample.SampleGatewayApplication;

/**
 * Measures what the console costs a gateway. The browsers are a process of their own, and
 * no test of the time that anything takes.
 */
@EnabledIfSystemProperty(named = "console.cost", matches = "true")
class ConsoleCostTests {

	private static final Duration WARM_UP = Duration.ofSeconds(20);

	private static final Duration WINDOW = Duration.ofSeconds(30);

	private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

	@Test
	void printsThePartOfACoreThatTheConsoleTakes() throws Exception {
		// The first gateway has everything compiled.
		measure(true, 5);
		double without = measure(false, 0);
		double nobody = measure(true, 0);
		double five = measure(true, 5);
		System.out.printf(Locale.ROOT, "without a console %.2f %% of a core, with one that nobody looks at %.2f %%, "
				+ "with five browsers %.2f %%%n", without, nobody, five);
	}

	private double measure(boolean console, int browsers) throws Exception {
		try (ConfigurableApplicationContext gateway = SpringApplication.run(SampleGatewayApplication.class,
				"--server.port=0", "--spring.data.redis.port=0", "--openclaw.console.enabled=" + console)) {
			URI stream = URI.create("http://127.0.0.1:" + gateway.getEnvironment().getProperty("local.server.port")
					+ "/actuator/console/events");
			List<Process> looking = Stream.generate(() -> browser(stream)).limit(browsers).toList();
			try {
				TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
				long begin = this.system.getProcessCpuTime();
				TimeUnit.NANOSECONDS.sleep(WINDOW.toNanos());
				return 100.0 * (this.system.getProcessCpuTime() - begin) / WINDOW.toNanos();
			}
			finally {
				looking.forEach(Process::destroy);
			}
		}
	}

	// What a page does: it reads the stream. Drawing costs the gateway nothing.
	private static Process browser(URI stream) {
		try {
			return new ProcessBuilder("curl", "-sN", stream.toString()).redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
