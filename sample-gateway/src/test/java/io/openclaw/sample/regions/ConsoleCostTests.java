package io.openclaw.sample.regions;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import com.sun.management.OperatingSystemMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.openclaw.sample.SampleGatewayApplication;

/**
 * Measures what the console costs a gateway. The browsers are processes of their own, and
 * no test of the time that anything takes.
 */
@EnabledIfSystemProperty(named = "console.cost", matches = "true")
class ConsoleCostTests {

	private static final Duration SETTLING = Duration.ofSeconds(10);

	private static final Duration WINDOW = Duration.ofSeconds(60);

	private static final int ROUNDS = 2;

	private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

	@Test
	void printsThePartOfACoreThatTheConsoleTakes() throws Exception {
		try (ConfigurableApplicationContext gateway = start(true)) {
			String page = "http://localhost:" + gateway.getEnvironment().getProperty("local.server.port")
					+ "/actuator/console/";
			// Everything is compiled afterwards.
			measure("warming up, five browsers", page, 5);
			for (int round = 0; round < ROUNDS; round++) {
				measure("nobody looks", page, 0);
				measure("five browsers", page, 5);
			}
		}
		try (ConfigurableApplicationContext gateway = start(false)) {
			measure("without a console", "about:blank", 0);
		}
	}

	private static ConfigurableApplicationContext start(boolean console) {
		return SpringApplication.run(SampleGatewayApplication.class, "--server.port=0", "--spring.data.redis.port=0",
				"--openclaw.console.enabled=" + console);
	}

	private void measure(String what, String page, int browsers) throws Exception {
		try (Browser browser = new Browser()) {
			for (int i = 0; i < browsers; i++) {
				browser.openWindow(page);
				browser.awaitText("#sentence", "budget");
			}
			TimeUnit.NANOSECONDS.sleep(SETTLING.toNanos());
			long begin = this.system.getProcessCpuTime();
			TimeUnit.NANOSECONDS.sleep(WINDOW.toNanos());
			System.out.printf(Locale.ROOT, "%s: %.2f %% of a core%n", what,
					100.0 * (this.system.getProcessCpuTime() - begin) / WINDOW.toNanos());
		}
	}

}
