package io.openclaw.tokenbucket.gateway.address;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose address a request counts by. Spoofed headers and the trust in proxies are a pain
 * of users of other limiters: spring-cloud-gateway #155.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClientAddressesTests {

	private static final String PROXY = "10.0.0.1";

	private static final String CALLER = "203.0.113.7";

	private static final TrustedProxies FORWARDED = writing(ForwardingHeader.FORWARDED, trusted(0, "10.0.0.0/8"));

	@Test
	void xForwardedForIsBelievedFromNobodyByDefault() {
		assertThat(find(TrustedProxies.NONE, PROXY, xForwardedFor(CALLER))).isEqualTo(PROXY);
		assertThat(find(TrustedProxies.NONE, PROXY, forwarded("for=" + CALLER))).isEqualTo(PROXY);
	}

	@Test
	void xForwardedForIsBelievedFromATrustedProxyOnly() {
		assertThat(find(trusted(0, "10.0.0.0/8"), PROXY, xForwardedFor(CALLER))).isEqualTo(CALLER);
		assertThat(find(trusted(0, "10.0.0.0/8"), "192.0.2.66", xForwardedFor(CALLER))).isEqualTo("192.0.2.66");
		assertThat(find(FORWARDED, PROXY, forwarded("for=" + CALLER))).isEqualTo(CALLER);
		assertThat(find(FORWARDED, "192.0.2.66", forwarded("for=" + CALLER))).isEqualTo("192.0.2.66");
	}

	/** The caller sends a header of its own, to which the proxy appends. */
	@ParameterizedTest
	@CsvSource({ "0", "1" })
	void whatACallerWroteBeforeItsOwnAddressIsIgnored(int hops) {
		TrustedProxies proxies = (hops > 0) ? trusted(hops) : trusted(0, PROXY);
		assertThat(find(proxies, PROXY, xForwardedFor("198.51.100.1, 10.0.0.9, " + CALLER))).isEqualTo(CALLER);
		assertThat(find(proxies, PROXY, xForwardedFor("198.51.100.1", CALLER))).isEqualTo(CALLER);
		assertThat(find(writing(ForwardingHeader.FORWARDED, proxies), PROXY,
				forwarded("for=\"198.51.100.1", "for=" + CALLER)))
			.isEqualTo(CALLER);
		assertThat(find(writing(ForwardingHeader.FORWARDED, proxies), PROXY,
				forwarded("for=198.51.100.1;x=\", for=" + CALLER)))
			.isEqualTo(CALLER);
	}

	@ParameterizedTest
	@CsvSource({ "1, 10.2.2.2", "2, 10.1.1.1", "3, 203.0.113.7", "4, 198.51.100.1", "32, 198.51.100.1" })
	void asManyProxiesAreBelievedAsThereAreHops(int hops, String address) {
		assertThat(find(trusted(hops), PROXY, xForwardedFor("198.51.100.1, " + CALLER + ", 10.1.1.1, 10.2.2.2")))
			.isEqualTo(address);
	}

	@Test
	void proxiesInTrustedNetworksArePassedBeyondTheHops() {
		assertThat(find(trusted(1, "10.1.0.0/16"), "192.0.2.80",
				xForwardedFor("198.51.100.1, " + CALLER + ", 10.1.2.3, 10.1.1.1")))
			.isEqualTo(CALLER);
	}

	@Test
	void theFarthestIsTheCallerWhereAllAreTrusted() {
		assertThat(find(trusted(0, "10.0.0.0/8"), PROXY, xForwardedFor("10.9.9.9, 10.1.1.1"))).isEqualTo("10.9.9.9");
		assertThat(find(trusted(0, "10.0.0.0/8"), PROXY)).isEqualTo(PROXY);
	}

	@ParameterizedTest
	@CsvSource({ "unknown", "_hidden", "_SEVKISEK", "''", "1.2.3", "1.2.3.4.5", "localhost", "example.org",
			"fe80::1%eth0", "[2001:db8::1", "999.1.1.1", "0x7f.1" })
	void whatIsNoAddressLeadsToWhoSaidSo(String node) {
		assertThat(find(trusted(0, "10.0.0.0/8"), PROXY, xForwardedFor(CALLER + ", " + node + ", 10.1.1.1")))
			.isEqualTo(node.isEmpty() ? CALLER : "10.1.1.1");
		assertThat(find(FORWARDED, PROXY, forwarded("for=" + CALLER + ", for=\"" + node + "\", for=10.1.1.1")))
			.isEqualTo("10.1.1.1");
	}

	@Test
	void aProxyWhoseAddressIsHiddenIsPassedIfItIsCounted() {
		assertThat(find(writing(ForwardingHeader.FORWARDED, trusted(2)), PROXY,
				forwarded("for=198.51.100.1, for=" + CALLER + ", for=_proxy")))
			.isEqualTo(CALLER);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			203.0.113.7:4711          | 203.0.113.7
			203.0.113.7:_port         | 203.0.113.7
			[2001:db8::7]:4711        | 2001:db8:0:0:0:0:0:7
			[2001:db8::7]             | 2001:db8:0:0:0:0:0:7
			2001:db8::7               | 2001:db8:0:0:0:0:0:7
			::ffff:203.0.113.7        | 203.0.113.7
			2001:db8::203.0.113.7     | 2001:db8:0:0:0:0:cb00:7107
			[::ffff:203.0.113.7]:4711 | 203.0.113.7
			""")
	void portsBracketsAndMappedAddressesAreUnderstood(String node, String address) {
		TrustedProxies proxies = trusted(0, PROXY);
		assertThat(find(proxies, PROXY, xForwardedFor(node))).isEqualTo(address);
		assertThat(find(writing(ForwardingHeader.FORWARDED, proxies), PROXY, forwarded("for=\"" + node + "\"")))
			.isEqualTo(address);
		assertThat(find(writing(ForwardingHeader.FORWARDED, proxies), PROXY, forwarded("for=" + node + ";proto=https")))
			.isEqualTo(address);
	}

	@Test
	void aProxyThatConnectsWithAMappedAddressIsTrusted() {
		assertThat(find(trusted(0, "10.0.0.0/8"), "::ffff:10.0.0.1", xForwardedFor(CALLER))).isEqualTo(CALLER);
	}

	/** A proxy passes on what it does not know. */
	@Test
	void theHeaderThatProxiesDoNotWriteIsNotReadAndHarmsNobody() {
		TrustedProxies proxies = trusted(0, "10.0.0.0/8");
		assertThat(find(proxies, PROXY, forwarded("for=198.51.100.1"), xForwardedFor(CALLER))).isEqualTo(CALLER);
		assertThat(find(proxies, PROXY, forwarded("for=\"198.51.100.1"), xForwardedFor(CALLER))).isEqualTo(CALLER);
		assertThat(find(proxies, PROXY, forwarded("for=" + CALLER))).isEqualTo(PROXY);
		assertThat(find(FORWARDED, PROXY, forwarded("for=" + CALLER), xForwardedFor("198.51.100.1"))).isEqualTo(CALLER);
		assertThat(find(FORWARDED, PROXY, xForwardedFor(CALLER))).isEqualTo(PROXY);
	}

	@Test
	void aProxyThatWritesTheOtherHeaderIsToldOnce(CapturedOutput output) {
		ClientAddresses addresses = new ClientAddresses(trusted(0, "10.0.0.0/8"));
		addresses.of(request("192.0.2.66", forwarded("for=" + CALLER)));
		addresses.of(request(PROXY, forwarded("for=" + CALLER), xForwardedFor(CALLER)));
		assertThat(output).doesNotContain("openclaw.proxies.header");
		addresses.of(request(PROXY, forwarded("for=" + CALLER)));
		addresses.of(request(PROXY, forwarded("for=" + CALLER)));
		assertThat(output).containsOnlyOnce("set openclaw.proxies.header to forwarded");
	}

	@Test
	void whoseHeadersAreBelievedIsSaidInAClause() {
		assertThat(TrustedProxies.NONE).hasToString("the address of the connection: no proxy is trusted");
		assertThat(trusted(2, "10.0.0.0/8", "192.0.2.7")).hasToString(
				"X-Forwarded-For as written by 10.0.0.0/8, 192.0.2.7/32 and the nearest 2 proxies; Forwarded is not read");
		assertThat(FORWARDED).hasToString("Forwarded as written by 10.0.0.0/8; X-Forwarded-For is not read");
	}

	private static TrustedProxies writing(ForwardingHeader header, TrustedProxies proxies) {
		return new TrustedProxies(proxies.blocks(), proxies.hops(), header);
	}

	private static TrustedProxies trusted(int hops, String... blocks) {
		return new TrustedProxies(Stream.of(blocks).map(AddressBlock::parse).toList(), hops,
				ForwardingHeader.X_FORWARDED_FOR);
	}

	private static Header xForwardedFor(String... lines) {
		return new Header("X-Forwarded-For", List.of(lines));
	}

	private static Header forwarded(String... lines) {
		return new Header("Forwarded", List.of(lines));
	}

	private static String find(TrustedProxies proxies, String connected, Header... headers) {
		return new ClientAddresses(proxies).of(request(connected, headers)).getHostAddress();
	}

	private static MockServerHttpRequest request(String connected, Header... headers) {
		MockServerHttpRequest.BodyBuilder request = MockServerHttpRequest.post("/")
			.remoteAddress(new InetSocketAddress(connected, 4711));
		for (Header header : headers) {
			request.header(header.name(), header.lines().toArray(String[]::new));
		}
		return request.build();
	}

	private record Header(String name, List<String> lines) {
	}

}
