package io.openclaw.tokenbucket.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.replication.StateCodec;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.test.InMemoryFleet;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keys of plans that an operator changes at one of two gateways, over HTTP.
 */
class PlanKeysHttpTests {

	private static InMemoryFleet fleet;

	@BeforeAll
	static void start() {
		fleet = InMemoryFleet.start(2, Gateway.class, "spring.config.name=gateway-plan-keys");
	}

	@AfterAll
	static void stop() {
		fleet.close();
	}

	@AfterEach
	void followConfiguration() {
		List.of("partners.gold", "partners.silver").forEach((plan) -> change(plan, Map.of("follow", "configuration")));
		fleet.advance(Duration.ofSeconds(1));
	}

	@Test
	void aKeyThatIsPutUnderAPlanIsUnderItAtAllGatewaysUntilTheConfigurationIsFollowed() {
		change("partners.gold", Map.of("addKey", "new")).expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.changed.addedKeys.to[0]")
			.isEqualTo("new");
		assertThat(policyAt(0, "new")).startsWith("\"partners.gold\";q=5");
		fleet.advance(Duration.ofSeconds(1));
		assertThat(policyAt(1, "new")).startsWith("\"partners.gold\";q=5");
		at(1).get()
			.uri("/actuator/tokenbuckets/explain?key=new")
			.exchange()
			.expectBody()
			.jsonPath("$.limits[0].planFrom")
			.isEqualTo("the key was added at run time");
		change("partners.gold", Map.of("follow", "configuration")).expectStatus().isOk();
		fleet.advance(Duration.ofSeconds(1));
		assertThat(policyAt(1, "new")).startsWith("\"partners\";q=2");
	}

	@Test
	void aKeyThatIsListedIsTakenFromItsPlan() {
		change("partners.gold", Map.of("removeKey", "listed")).expectStatus().isOk();
		fleet.advance(Duration.ofSeconds(1));
		assertThat(policyAt(1, "listed")).startsWith("\"partners\";q=2");
	}

	@Test
	void aKeyIsUnderOnePlanAtATime() {
		change("partners.silver", Map.of("addKey", "new"));
		change("partners.gold", Map.of("addKey", "new"));
		change("partners.gold", Map.of("addKey", "other"));
		fleet.advance(Duration.ofSeconds(1));
		assertThat(policyAt(1, "new")).startsWith("\"partners.gold\"");
		assertThat(policyAt(1, "other")).startsWith("\"partners.gold\"");
		change("partners.silver", Map.of("addKey", "new"));
		fleet.advance(Duration.ofSeconds(1));
		assertThat(policyAt(1, "new")).startsWith("\"partners.silver\"");
	}

	@Test
	void whatIsSavedHasTheKeys() throws Exception {
		change("partners.gold", Map.of("addKey", "new"));
		BucketStore store = fleet.member(0).context().getBean(BucketStore.class);
		StateCodec codec = new StateCodec(MessageSigning.NONE);
		byte[] saved = codec.encode(store.limits().definitions().values(), Map.of());
		assertThat(codec.decode(saved, (reason) -> assertThat(reason).isNull()).definitions())
			.containsExactlyInAnyOrderElementsOf(store.limits().definitions().values())
			.anySatisfy((definition) -> assertThat(definition.keys()).containsEntry("new", true));
	}

	@Test
	void noMoreKeysAreChangedThanThereMayBe() {
		for (int i = 0; i < 250; i++) {
			change("partners.gold", Map.of("addKey", "key-" + i)).expectStatus().isOk();
		}
		change("partners.gold", Map.of("addKey", "one-more")).expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.field")
			.isEqualTo("addKey");
		fleet.advance(Duration.ofSeconds(1));
		assertThat(policyAt(1, "key-249")).startsWith("\"partners.gold\"");
	}

	@ParameterizedTest
	@CsvSource({ "partners, addKey, new, is for plans", "partners.gold, addKey, ' ', must be a key",
			"partners.gold, removeKey, '', must be a key" })
	void badInputIsNamed(String limit, String field, String value, String detail) {
		change(limit, Map.of(field, value)).expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.field")
			.isEqualTo(field)
			.jsonPath("$.detail")
			.value((text) -> assertThat((String) text).contains(detail));
	}

	@Test
	void aKeyIsChangedAlone() {
		change("partners.gold", Map.of("addKey", "new", "capacity", "9")).expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("addKey must be sent alone");
	}

	private static WebTestClient.ResponseSpec change(String limit, Map<String, String> fields) {
		return at(0).post().uri("/actuator/tokenbuckets/" + limit).bodyValue(fields).exchange();
	}

	private static String policyAt(int gateway, String partner) {
		return at(gateway).get()
			.uri("/partners")
			.header("X-Partner", partner)
			.exchange()
			.returnResult(Void.class)
			.getResponseHeaders()
			.getFirst("RateLimit-Policy");
	}

	private static WebTestClient at(int gateway) {
		return WebTestClient.bindToServer()
			.baseUrl(fleet.member(gateway).url().toString())
			.responseTimeout(Duration.ofSeconds(30))
			.build();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

}
