package io.openclaw.tokenbucket.gateway.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AddressTextTests {

	@ParameterizedTest
	@CsvSource({ "192.0.2.7, 192.0.2.7", "2001:db8::7, 2001:db8:0:0:0:0:0:7",
			"2001:db8:1:2::203.0.113.77, 2001:db8:1:2:0:0:cb00:714d",
			"2001:db8:1:2:3:4:203.0.113.77, 2001:db8:1:2:3:4:cb00:714d",
			"64:ff9b::203.0.113.1, 64:ff9b:0:0:0:0:cb00:7101", "::203.0.113.1, 0:0:0:0:0:0:cb00:7101",
			"::ffff:203.0.113.1, 203.0.113.1", "::FFFF:cb00:7101, 203.0.113.1",
			"0:0:0:0:0:ffff:203.0.113.1, 203.0.113.1" })
	void anAddressIsReadInAnyFormOfRfc4291(String text, String address) {
		assertThat(AddressText.parse(text)).isNotNull().extracting(InetAddress::getHostAddress).isEqualTo(address);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "2001:db8::1.2.3", "2001:db8::1.2.3.256",
			"2001:db8::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "1.2.3.4::", "::1.2.3.4::", ":1.2.3.4",
			"1.2.3.4:1.2.3.4", "fe80::1%eth0", "fe80::1.2.3.4%1", "[::1]", "localhost" })
	void whatIsNoAddressIsNone(String text) {
		assertThat(AddressText.parse(text)).isNull();
	}

	@Test
	void addressesOfIpv6AreReadAsThePlatformReadsThem() {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		for (int i = 0; i < 20_000; i++) {
			String text = randomText(random);
			assertThat(AddressText.parse(text)).as("seed %d: <%s>", seed, text).isEqualTo(platform(text));
		}
	}

	private static String randomText(Random random) {
		StringBuilder text = new StringBuilder();
		int groups = 1 + random.nextInt(8);
		for (int group = 0; group < groups; group++) {
			text.append((random.nextInt(6) == 0) ? "" : Integer.toHexString(random.nextInt(0x10000))).append(':');
		}
		return (random.nextBoolean()) ? text + Integer.toHexString(random.nextInt(0x10000)) : text + "%d.%d.%d.%d"
			.formatted(random.nextInt(256), random.nextInt(256), random.nextInt(256), random.nextInt(256));
	}

	// Asks no name server: nothing that begins with a hexadecimal digit or a colon and
	// has a colon is a name.
	private static @Nullable InetAddress platform(String text) {
		try {
			return InetAddress.getByName(text);
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

}
