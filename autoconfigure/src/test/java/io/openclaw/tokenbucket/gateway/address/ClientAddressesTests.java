package io.openclaw.tokenbucket.gateway.address;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose address a request counts by. Spoofed headers and the trust in proxies are a pain
 * of users of other limiters: spring-cloud-gateway #155.
 */
class ClientAddressesTests {

	private static final String PROXY = "10.0.0.1";

	private static final String CALLER = "203.0.113.7";

	@Test
	void xForwardedForIsBelievedFromNobodyByDefault() {
		assertThat(find(TrustedProxies.NONE, PROXY, xForwardedFor(CALLER))).isEqualTo(PROXY);
		assertThat(find(TrustedProxies.NONE, PROXY, forwarded("for=" + CALLER))).isEqualTo(PROXY);
	}

	@Test
	void xForwardedForIsBelievedFromATrustedProxyOnly() {
		assertThat(find(trusted(0, "10.0.0.0/8"), PROXY, xForwardedFor(CALLER))).isEqualTo(CALLER);
		assertThat(find(trusted(0, "10.0.0.0/8"), "192.0.2.66", xForwardedFor(CALLER))).isEqualTo("192.0.2.66");
		assertThat(find(trusted(0, "10.0.0.0/8"), PROXY, forwarded("for=" + CALLER))).isEqualTo(CALLER);
		assertThat(find(trusted(0, "10.0.0.0/8"), "192.0.2.66", forwarded("for=" + CALLER))).isEqualTo("192.0.2.66");
	}

	/** The caller sends a header of its own, to which the proxy appends. */
	@ParameterizedTest
	@CsvSource({ "0", "1" })
	void whatACallerWroteBeforeItsOwnAddressIsIgnored(int hops) {
		TrustedProxies proxies = (hops > 0) ? trusted(hops) : trusted(0, PROXY);
		assertThat(find(proxies, PROXY, xForwardedFor("198.51.100.1, 10.0.0.9, " + CALLER))).isEqualTo(CALLER);
		assertThat(find(proxies, PROXY, xForwardedFor("198.51.100.1", CALLER))).isEqualTo(CALLER);
		assertThat(find(proxies, PROXY, forwarded("for=\"198.51.100.1", "for=" + CALLER))).isEqualTo(CALLER);
		assertThat(find(proxies, PROXY, forwarded("for=198.51.100.1;x=\", for=" + CALLER))).isEqualTo(CALLER);
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
		assertThat(find(trusted(0, "10.0.0.0/8"), PROXY,
				forwarded("for=" + CALLER + ", for=\"" + node + "\", for=10.1.1.1")))
			.isEqualTo("10.1.1.1");
	}

	@Test
	void aProxyWhoseAddressIsHiddenIsPassedIfItIsCounted() {
		assertThat(find(trusted(2), PROXY, forwarded("for=198.51.100.1, for=" + CALLER + ", for=_proxy")))
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
			[::ffff:203.0.113.7]:4711 | 203.0.113.7
			""")
	void portsBracketsAndMappedAddressesAreUnderstood(String node, String address) {
		TrustedProxies proxies = trusted(0, PROXY);
		assertThat(find(proxies, PROXY, xForwardedFor(node))).isEqualTo(address);
		assertThat(find(proxies, PROXY, forwarded("for=\"" + node + "\""))).isEqualTo(address);
		assertThat(find(proxies, PROXY, forwarded("for=" + node + ";proto=https"))).isEqualTo(address);
	}

	@Test
	void aProxyThatConnectsWithAMappedAddressIsTrusted() {
		assertThat(find(trusted(0, "10.0.0.0/8"), "::ffff:10.0.0.1", xForwardedFor(CALLER))).isEqualTo(CALLER);
	}

	@Test
	void twoHeadersThatNameDifferentCallersAreNotBelieved() {
		TrustedProxies proxies = trusted(0, "10.0.0.0/8");
		assertThat(find(proxies, PROXY, forwarded("for=198.51.100.1"), xForwardedFor(CALLER))).isEqualTo(PROXY);
		assertThat(find(proxies, PROXY, forwarded("for=\"203.0.113.7:80\""), xForwardedFor("198.51.100.1, " + CALLER)))
			.isEqualTo(CALLER);
	}

	private static TrustedProxies trusted(int hops, String... blocks) {
		return new TrustedProxies(Stream.of(blocks).map(AddressBlock::parse).toList(), hops);
	}

	private static Header xForwardedFor(String... lines) {
		return new Header("X-Forwarded-For", List.of(lines));
	}

	private static Header forwarded(String... lines) {
		return new Header("Forwarded", List.of(lines));
	}

	private static String find(TrustedProxies proxies, String connected, Header... headers) {
		MockServerHttpRequest.BodyBuilder request = MockServerHttpRequest.post("/")
			.remoteAddress(new InetSocketAddress(connected, 4711));
		for (Header header : headers) {
			request.header(header.name(), header.lines().toArray(String[]::new));
		}
		return new ClientAddresses(proxies).of(request.build()).getHostAddress();
	}

	private record Header(String name, List<String> lines) {
	}

}
