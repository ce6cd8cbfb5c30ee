package io.openclaw.tokenbucket.gateway;

import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which address counts, whatever Spring Boot and Spring Cloud Gateway make of forwarding
 * headers themselves.
 */
class ForwardedAddressHttpTests {

	private static final String GATEWAY = "spring.cloud.gateway.server.webflux.";

	private static final UpstreamService upstream = new UpstreamService();

	@AfterAll
	static void close() {
		upstream.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.forward-headers-strategy=none", "server.forward-headers-strategy=native",
			"server.forward-headers-strategy=framework", GATEWAY + "trusted-proxies=.*" })
	void theCallerIsWhomATrustedProxyNamesAndNobodyElse(String setting) {
		try (ConfigurableApplicationContext gateway = start(setting, "--openclaw.proxies.trusted=127.0.0.1/32")) {
			get(gateway, "X-Forwarded-For", "198.51.100.1, 203.0.113.7");
			get(gateway, "Forwarded", "for=198.51.100.1, for=203.0.113.7");
			get(gateway, "X-Forwarded-For", "198.51.100.2", "203.0.113.7:4711");
			assertThat(spent(gateway, "203.0.113.7")).isEqualTo(2);
			assertThat(spent(gateway, "198.51.100.1")).isZero();
			assertThat(spent(gateway, "127.0.0.1")).isEqualTo(1);
		}
	}

	@Test
	void theHeaderThatProxiesWriteIsASetting() {
		try (ConfigurableApplicationContext gateway = start("openclaw.proxies.trusted=127.0.0.1/32",
				"openclaw.proxies.header=forwarded")) {
			get(gateway, "Forwarded", "for=198.51.100.1, for=203.0.113.7");
			get(gateway, "X-Forwarded-For", "203.0.113.7");
			assertThat(spent(gateway, "203.0.113.7")).isEqualTo(1);
			assertThat(spent(gateway, "127.0.0.1")).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.forward-headers-strategy=native", "server.forward-headers-strategy=framework",
			GATEWAY + "trusted-proxies=.*" })
	void nobodyIsBelievedUnlessOpenClawIsToldSo(String setting) {
		try (ConfigurableApplicationContext gateway = start(setting, "--openclaw.proxies.hops=0")) {
			get(gateway, "X-Forwarded-For", "203.0.113.7");
			get(gateway, "Forwarded", "for=203.0.113.7");
			assertThat(spent(gateway, "127.0.0.1")).isEqualTo(2);
		}
	}

	private static ConfigurableApplicationContext start(String... properties) {
		SpringApplication spring = new SpringApplication(Gateway.class);
		String route = GATEWAY + "routes[0].";
		spring.setDefaultProperties(
				Map.of("server.port", "0", "server.address", "127.0.0.1", "openclaw.buckets.per-ip.capacity", "10",
						"openclaw.buckets.per-ip.refill-rate-per-second", "0.000001", "openclaw.buckets.per-ip.key",
						"ip", route + "id", "all", route + "uri", "http://127.0.0.1:" + upstream.port(),
						route + "predicates[0]", "Path=/**", route + "filters[0]", "TokenBucket=per-ip"));
		String[] arguments = new String[properties.length];
		for (int i = 0; i < arguments.length; i++) {
			arguments[i] = (properties[i].startsWith("--") ? "" : "--") + properties[i];
		}
		return spring.run(arguments);
	}

	private static void get(ConfigurableApplicationContext gateway, String header, String... lines) {
		int port = ((WebServerApplicationContext) gateway).getWebServer().getPort();
		WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + port)
			.build()
			.get()
			.uri("/")
			.header(header, lines)
			.exchange()
			.expectStatus()
			.isOk();
	}

	private static long spent(ConfigurableApplicationContext gateway, String address) {
		return 10 - Math.round(gateway.getBean(TokenBucketLimiter.class).peek("per-ip", address).level() / 1e6);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

}
