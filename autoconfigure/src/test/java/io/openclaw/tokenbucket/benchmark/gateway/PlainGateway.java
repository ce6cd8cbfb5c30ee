package io.openclaw.tokenbucket.benchmark.gateway;

import java.lang.management.ManagementFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A gateway that names no class of the starter, so that it starts with and without it.
 * Once started it says how long that took, what its heap holds, how many classes it has
 * loaded, and where it listens.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class PlainGateway {

	/**
	 * Starts the gateway.
	 * @param arguments its properties
	 */
	public static void main(String[] arguments) {
		ConfigurableApplicationContext gateway = SpringApplication.run(PlainGateway.class, arguments);
		long millis = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
		Runtime runtime = Runtime.getRuntime();
		for (int i = 0; i < 4; i++) {
			System.gc();
		}
		System.out.println("started " + millis + " " + (runtime.totalMemory() - runtime.freeMemory()) + " "
				+ ManagementFactory.getClassLoadingMXBean().getLoadedClassCount() + " "
				+ gateway.getEnvironment().getProperty("local.server.port"));
	}

}
