package io.openclaw.tokenbucket.gateway.key;

import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.address.ClientAddresses;
import io.openclaw.tokenbucket.gateway.address.TrustedProxies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RequestKeysTests {

	private final KeyResolver tenant = (exchange) -> Mono
		.justOrEmpty(exchange.getRequest().getQueryParams().getFirst("tenant"));

	private final KeyResolver failing = (exchange) -> Mono.error(new IllegalStateException("down"));

	private final KeyResolver throwing = (exchange) -> {
		throw new IllegalStateException("broken");
	};

	private final RequestKeys keys = new RequestKeys(
			Map.of("tenant", this.tenant, "failing", this.failing, "throwing", this.throwing),
			new ClientAddresses(TrustedProxies.NONE));

	@Test
	void anApiKeyIsReadFromTheUsualHeader() {
		assertThat(resolve("api-key", get().header("X-API-Key", " k1 "))).isEqualTo("k1");
		assertThat(this.keys.parse("api-key").isCredential()).isTrue();
	}

	@Test
	void anApiKeyIsReadFromTheNamedHeader() {
		assertThat(resolve("api-key:X-Partner", get().header("x-partner", "k2"))).isEqualTo("k2");
		assertThat(this.keys.parse("api-key:X-Partner").isCredential()).isTrue();
	}

	@Test
	void anApiKeyIsReadFromTheQuery() {
		assertThat(resolve("api-key:?token", MockServerHttpRequest.get("/?token={key}", "k 3"))).isEqualTo("k 3");
		assertThat(this.keys.parse("api-key:?token").isCredential()).isTrue();
	}

	@Test
	void aParameterThatIsMissingBlankOrRepeatedIsNoKey() {
		assertThat(resolve("api-key:?token", get().header("token", "k1"))).isNull();
		assertThat(resolve("api-key:?token", MockServerHttpRequest.get("/?token="))).isNull();
		assertThat(resolve("api-key:?token", MockServerHttpRequest.get("/?token=one&token=two"))).isNull();
	}

	@Test
	void anyHeaderCanBeAKeyAndIsNoCredential() {
		assertThat(resolve("header:X-Tenant", get().header("X-Tenant", "acme"))).isEqualTo("acme");
		assertThat(this.keys.parse("header:X-Tenant").isCredential()).isFalse();
	}

	@Test
	void aHeaderThatIsMissingBlankOrRepeatedIsNoKey() {
		assertThat(resolve("api-key", get())).isNull();
		assertThat(resolve("api-key", get().header("X-API-Key", "  "))).isNull();
		assertThat(resolve("api-key", get().header("X-API-Key", "one", "two"))).isNull();
	}

	@Test
	void theUserIsTheNameOfThePrincipal() {
		ServerWebExchange anonymous = MockServerWebExchange.from(get());
		ServerWebExchange alice = anonymous.mutate().principal(Mono.just((Principal) () -> "alice")).build();
		assertThat(this.keys.parse("user").resolve(anonymous).blockOptional()).isEmpty();
		assertThat(this.keys.parse("user").resolve(alice).blockOptional()).contains("alice");
	}

	@ParameterizedTest
	@CsvSource({ "192.0.2.7, 192.0.2.7", "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
			"2001:db8:1:2:ffff::1, 2001:db8:1:2::/64", "2001:db8:1:3::1, 2001:db8:1:3::/64", "::1, ::/64",
			"::ffff:192.0.2.7, 192.0.2.7" })
	void anAddressCountsAloneOrWithItsIpv6Network(String address, String key) {
		assertThat(resolve("ip", get().remoteAddress(new InetSocketAddress(address, 4711)))).isEqualTo(key);
	}

	@Test
	void forwardingHeadersAreNotAnAddress() {
		assertThat(resolve("ip",
				get().header("X-Forwarded-For", "203.0.113.1")
					.header("Forwarded", "for=203.0.113.1")
					.remoteAddress(new InetSocketAddress("192.0.2.7", 4711))))
			.isEqualTo("192.0.2.7");
	}

	@Test
	void aRequestWithoutAnAddressHasNone() {
		assertThat(resolve("ip", get())).isNull();
		assertThat(resolve("ip", get().remoteAddress(InetSocketAddress.createUnresolved("nowhere", 4711)))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "failing", "throwing" })
	void aResolverThatFailsFindsNoKey(String resolver) {
		assertThat(resolve(resolver, get())).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "192.0.2.7, 192.0.2.7", "2001:db8::7, 2001:db8::/64", "2001:DB8::/64, 2001:db8::/64",
			"2001:db8:0:0::/64, 2001:db8::/64", "::ffff:192.0.2.7, 192.0.2.7" })
	void anAddressThatSomebodyWroteDownIsTheKeyOfRequests(String text, String key) {
		assertThat(this.keys.parse("ip").canonical(text)).isEqualTo(key);
	}

	@ParameterizedTest
	@ValueSource(strings = { "alice", "192.0.2.7/64", "192.0.2.0/24", "[2001:db8::1]", "" })
	void whatIsNoAddressIsTheKeyOfNoRequest(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.keys.parse("ip").canonical(text))
			.withMessageContaining("2001:db8::/64");
	}

	@Test
	void globalIsOneKeyForAll() {
		assertThat(resolve("global", get())).isEqualTo("global");
	}

	@Test
	void aResolverBeanIsNamed() {
		assertThat(resolve("tenant", MockServerHttpRequest.get("/?tenant=acme"))).isEqualTo("acme");
		assertThat(resolve("tenant", MockServerHttpRequest.get("/?tenant="))).isNull();
		assertThat(resolve("tenant", get())).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "apikey", "ip:1", "user:alice", "global:", "cookie:session", "tenant:x", "resolver" })
	void whatIsNeitherAKindNorABeanIsRefusedWithWhatThereIs(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.keys.parse(text))
			.withMessageContainingAll("api-key", "user", "ip", "header:<name>", "global", "KeyResolver", "tenant");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "header", "header:", "header: ", "api-key:", "api-key:X ?", "header:X Tenant", "header:X-Ä" })
	void aHeaderNeedsAName(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.keys.parse(text)).withMessageContaining("header");
	}

	@ParameterizedTest
	@ValueSource(strings = { "api-key:?", "api-key:? ", "api-key:?a b" })
	void aQueryParameterNeedsAName(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.keys.parse(text))
			.withMessageContaining("query parameter");
	}

	private @Nullable String resolve(String text, MockServerHttpRequest.BaseBuilder<?> request) {
		return this.keys.parse(text).resolve(MockServerWebExchange.from(request)).block();
	}

	private static MockServerHttpRequest.BaseBuilder<?> get() {
		return MockServerHttpRequest.get("/");
	}

}
