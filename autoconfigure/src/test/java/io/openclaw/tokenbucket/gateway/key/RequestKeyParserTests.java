package io.openclaw.tokenbucket.gateway.key;

import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.address.ClientAddresses;
import io.openclaw.tokenbucket.gateway.address.TrustedProxies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RequestKeyParserTests {

	private final KeyResolver tenant = (exchange) -> Mono
		.justOrEmpty(exchange.getRequest().getQueryParams().getFirst("tenant"));

	private final KeyResolver failing = (exchange) -> Mono.error(new IllegalStateException("down"));

	private final KeyResolver throwing = (exchange) -> {
		throw new IllegalStateException("broken");
	};

	private final KeyResolver undecided = (exchange) -> Mono.error(new AmbiguousKeyException("a single tenant"));

	private final RequestKeyParser keys = new RequestKeyParser(Map.of("tenant", this.tenant, "failing", this.failing,
			"throwing", this.throwing, "undecided", this.undecided), new ClientAddresses(TrustedProxies.NONE));

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
	void aParameterThatIsMissingOrBlankIsNoKey() {
		assertThat(resolve("api-key:?token", get().header("token", "k1"))).isNull();
		assertThat(resolve("api-key:?token", MockServerHttpRequest.get("/?token"))).isNull();
		assertThat(resolve("api-key:?token", MockServerHttpRequest.get("/?token="))).isNull();
		assertThat(resolve("api-key:?token", MockServerHttpRequest.get("/?token=+"))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "token=one&token=two", "token=one&token=one", "token=&token=two", "token&token=two",
			"token=one&%74oken=two", "x=1&token=one&token=%20" })
	void aParameterThatIsRepeatedIsAmbiguous(String query) {
		assertThatExceptionOfType(AmbiguousKeyException.class).isThrownBy(
				() -> resolve("api-key:?token", MockServerHttpRequest.method(HttpMethod.GET, URI.create("/?" + query))))
			.withMessageContaining("a single value of the query parameter token");
	}

	@Test
	void anyHeaderCanBeAKeyAndIsNoCredential() {
		assertThat(resolve("header:X-Tenant", get().header("X-Tenant", "acme"))).isEqualTo("acme");
		assertThat(this.keys.parse("header:X-Tenant").isCredential()).isFalse();
	}

	@Test
	void aHeaderThatIsMissingOrBlankIsNoKey() {
		assertThat(resolve("api-key", get())).isNull();
		assertThat(resolve("api-key", get().header("X-API-Key", "  "))).isNull();
		assertThat(resolve("api-key:Authorization", get().header("Authorization", " "))).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "api-key, X-API-Key", "header:X-Tenant, X-Tenant", "api-key:Authorization, Authorization" })
	void aHeaderThatIsRepeatedIsAmbiguous(String key, String header) {
		assertAmbiguous(key, get().header(header, "one", "two"), "a single value in the header " + header);
		assertAmbiguous(key, get().header(header, "one", "one"), "a single value in the header " + header);
		assertAmbiguous(key, get().header(header, "", "two"), "a single value in the header " + header);
	}

	@Test
	void anApiKeyThatAProxyMayHaveJoinedOfSeveralIsAmbiguous() {
		assertAmbiguous("api-key", get().header("X-API-Key", "one, two"), "X-API-Key");
		assertAmbiguous("api-key", get().header("X-API-Key", "one,"), "X-API-Key");
		assertAmbiguous("api-key:Authorization", get().header("Authorization", "Bearer one, Bearer two"),
				"Authorization");
	}

	/** Each request would have a bucket of its own. */
	@ParameterizedTest
	@ValueSource(strings = { "Digest username=\"u\", nonce=\"n\", nc=00000001, response=\"r\"",
			"AWS4-HMAC-SHA256 Credential=a/20261129/eu/s3/aws4_request, SignedHeaders=host, Signature=1f",
			"aws4-ecdsa-p256-sha256 Credential=a/b, Signature=1f", "Hawk id=\"a\", ts=\"1\", nonce=\"n\", mac=\"m\"",
			"OAuth oauth_consumer_key=\"k\", oauth_nonce=\"n\", oauth_signature=\"s\"",
			"Signature keyId=\"k\", signature=\"s\"", "AWS a:1f", "Negotiate YII=", "NTLM TlRM" })
	void credentialsThatDifferWithEachRequestAreNoKey(String value) {
		for (String header : List.of("Authorization", "Proxy-Authorization")) {
			assertAmbiguous("api-key:" + header, get().header(header, value), "the same in each request");
		}
	}

	@Test
	void otherHeadersHaveCommasOfTheirOwn() {
		assertThat(resolve("header:User-Agent", get().header("User-Agent", "X (KHTML, like Y)")))
			.isEqualTo("X (KHTML, like Y)");
	}

	@ParameterizedTest
	@ValueSource(strings = { "Bearer s3cret", "bearer s3cret", "BEARER s3cret", "Bearer   s3cret", "Bearer\ts3cret" })
	void aCredentialIsTheSameHoweverItsSchemeIsWritten(String value) {
		assertThat(resolve("api-key:Authorization", get().header("Authorization", value))).isEqualTo("bearer s3cret");
		assertThat(resolve("api-key:authorization", get().header("Authorization", value))).isEqualTo("bearer s3cret");
		assertThat(this.keys.parse("api-key:Authorization").canonical(value)).isEqualTo("bearer s3cret");
		assertThat(this.keys.parse("api-key:Proxy-Authorization").canonical(value)).isEqualTo("bearer s3cret");
	}

	@Test
	void aSchemeMeansNothingInOtherHeaders() {
		assertThat(resolve("api-key", get().header("X-API-Key", "Bearer  s"))).isEqualTo("Bearer  s");
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
			"::ffff:192.0.2.7, 192.0.2.7", "64:ff9b::192.0.2.7, 192.0.2.7", "64:ff9b::c000:208, 192.0.2.8",
			"64:ff9b:0:0:0:1:c000:208, 64:ff9b::/64", "64:ff9b:1::192.0.2.7, 64:ff9b:1::/64" })
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
			"2001:db8:0:0::/64, 2001:db8::/64", "::ffff:192.0.2.7, 192.0.2.7", "64:ff9b::192.0.2.7, 192.0.2.7",
			"2001:db8::192.0.2.7, 2001:db8::/64" })
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
	void aResolverMaySayThatARequestIsAmbiguous() {
		assertAmbiguous("undecided", get(), "a single tenant");
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

	private void assertAmbiguous(String key, MockServerHttpRequest.BaseBuilder<?> request, String lacking) {
		assertThatExceptionOfType(AmbiguousKeyException.class).isThrownBy(() -> resolve(key, request))
			.withMessageContaining(lacking);
	}

	private @Nullable String resolve(String text, MockServerHttpRequest.BaseBuilder<?> request) {
		return this.keys.parse(text).resolve(MockServerWebExchange.from(request)).block();
	}

	private static MockServerHttpRequest.BaseBuilder<?> get() {
		return MockServerHttpRequest.get("/");
	}

}
