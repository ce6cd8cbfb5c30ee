package io.openclaw.sample;

import java.util.Arrays;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

import io.openclaw.sample.regions.Regions;

/**
 * Starts one gateway, or with the argument {@code regions} three.
 */
@SpringBootApplication
public class SampleGatewayApplication {

	private static final String REGIONS = "regions";

	/**
	 * Starts the sample.
	 * @param args {@code regions}, and whatever Spring Boot takes
	 */
	public static void main(String[] args) {
		if (Arrays.asList(args).contains(REGIONS)) {
			Regions.start(SampleGatewayApplication.class,
					Arrays.stream(args).filter((arg) -> !arg.equals(REGIONS)).toList());
		}
		else {
			SpringApplication.run(SampleGatewayApplication.class, args);
		}
	}

}
