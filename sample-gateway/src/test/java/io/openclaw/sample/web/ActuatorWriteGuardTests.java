package io.openclaw.sample.web;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.sample.SampleGatewayApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may write, wherever endpoints are and however their URLs are spelt. Everything that
 * is not a write of an endpoint needs no key.
 */
class ActuatorWriteGuardTests {

	private static final String MANY = "include=*";

	private static final Map<String, ConfigurableApplicationContext> gateways = new HashMap<>();

	@AfterAll
	static void close() {
		gateways.values().forEach(ConfigurableApplicationContext::close);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			root       | local.server.port     | POST   | /tokenbuckets/rating
			root       | local.server.port     | POST   | /tokenbuckets/rating/
			root       | local.server.port     | POST   | /%74okenbuckets/rating
			root       | local.server.port     | POST   | /tokenbuckets;x=1/rating;y=2
			root       | local.server.port     | POST   | /loggers/io.openclaw
			root       | local.server.port     | POST   | /refresh
			root       | local.server.port     | DELETE | /tokenbuckets/rating
			root       | local.server.port     | PATCH  | /tokenbuckets/rating
			root       | local.server.port     | POST   | /gateway/routes/x
			root       | local.server.port     | DELETE | /gateway/routes/rating
			root       | local.server.port     | POST   | /hidden
			moved      | local.server.port     | POST   | /app/ops/buckets/rating
			moved      | local.server.port     | POST   | /app/ops/buckets;a/rating
			moved      | local.server.port     | POST   | /app/ops/loggers/io.openclaw
			management | local.management.port | POST   | /internal/actuator/tokenbuckets/rating
			management | local.management.port | POST   | /internal/%61ctuator/tokenbuckets/rating
			management | local.management.port | POST   | /internal/actuator/gateway/routes/x
			""")
	void nobodyWritesWithoutTheKey(String layout, String port, HttpMethod method, String path) {
		String url = gateway(layout).getEnvironment().getProperty(port) + path;
		assertThat(send(method, url).value()).as("without a key").isIn(401, 404, 405);
		assertThat(send(method, url, "guess").value()).as("with a wrong key").isIn(401, 404, 405);
		assertThat(send(method, url, "operator", "operator").value()).as("with two keys").isIn(401, 404, 405);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			root       | local.server.port     | POST | /tokenbuckets/rating                   | operator | 200
			root       | local.server.port     | POST | /%74okenbuckets/rating                 | operator | 200
			root       | local.server.port     | POST | /hidden                                | operator | 200
			root       | local.server.port     | GET  | /tokenbuckets/rating                   | ''       | 200
			root       | local.server.port     | POST | /rate                                  | caller   | 200
			moved      | local.server.port     | POST | /app/ops/buckets/rating                | operator | 200
			management | local.management.port | POST | /internal/actuator/tokenbuckets/rating | operator | 200
			management | local.management.port | GET  | /internal/actuator/tokenbuckets/rating | ''       | 200
			management | local.server.port     | POST | /rate                                  | caller   | 200
			""")
	void whoeverHasTheKeyWritesAndEverybodyElseDoesTheRest(String layout, String port, HttpMethod method, String path,
			String key, int status) {
		String url = gateway(layout).getEnvironment().getProperty(port) + path;
		assertThat(send(method, url, key).value()).isEqualTo(status);
	}

	private static HttpStatusCode send(HttpMethod method, String portAndPath, String... keys) {
		WebTestClient.RequestBodySpec request = WebTestClient.bindToServer()
			.build()
			.method(method)
			.uri(URI.create("http://127.0.0.1:" + portAndPath));
		if (keys.length > 0) {
			request.header("X-API-Key", keys);
		}
		if (method != HttpMethod.GET) {
			request.contentType(MediaType.APPLICATION_JSON).bodyValue("{\"mode\": \"enforce\"}");
		}
		return request.exchange().expectBody().returnResult().getStatus();
	}

	private static ConfigurableApplicationContext gateway(String layout) {
		return gateways.computeIfAbsent(layout, ActuatorWriteGuardTests::start);
	}

	private static ConfigurableApplicationContext start(String layout) {
		return new SpringApplicationBuilder(SampleGatewayApplication.class, HiddenRoute.class).run(switch (layout) {
			case "root" ->
				arguments("management.endpoints.web.base-path=/", "management.endpoint.gateway.access=unrestricted");
			case "moved" -> arguments("spring.webflux.base-path=/app", "management.endpoints.web.base-path=/ops",
					"management.endpoints.web.path-mapping.tokenbuckets=buckets",
					"spring.webflux.hiddenmethod.filter.enabled=true");
			default -> arguments("management.server.port=0", "management.server.base-path=/internal",
					"management.endpoint.gateway.access=unrestricted");
		});
	}

	private static String[] arguments(String... more) {
		String[] arguments = new String[more.length + 5];
		arguments[0] = "--server.port=0";
		arguments[1] = "--spring.data.redis.port=0";
		arguments[2] = "--OPENCLAW_API_KEY=operator";
		arguments[3] = "--management.endpoints.web.exposure." + MANY;
		arguments[4] = "--spring.main.banner-mode=off";
		for (int i = 0; i < more.length; i++) {
			arguments[i + 5] = "--" + more[i];
		}
		return arguments;
	}

	/**
	 * A route that leads to endpoints by another path.
	 */
	static class HiddenRoute {

		@Bean
		RouteLocator hiddenRoutes(RouteLocatorBuilder routes) {
			return routes.routes()
				.route("hidden", (route) -> route.path("/hidden").uri("forward:/tokenbuckets/rating"))
				.build();
		}

	}

}
