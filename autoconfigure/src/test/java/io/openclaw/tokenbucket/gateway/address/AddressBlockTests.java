package io.openclaw.tokenbucket.gateway.address;

import java.net.InetAddress;
import java.net.UnknownHostException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AddressBlockTests {

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.255.0.1, true", "10.0.0.0/8, 11.0.0.1, false", "192.0.2.8/29, 192.0.2.15, true",
			"192.0.2.8/29, 192.0.2.16, false", "192.0.2.7, 192.0.2.7, true", "192.0.2.7, 192.0.2.6, false",
			"2001:db8::/33, 2001:db8:7fff::1, true", "2001:db8::/33, 2001:db8:8000::1, false", "::1, ::1, true",
			"10.0.0.0/8, ::ffff:10.1.2.3, true", "10.0.0.0/8, ::10.1.2.3, false", "::/1, 10.1.2.3, false",
			"128.0.0.0/1, 255.255.255.255, true" })
	void containsTheAddressesThatShareItsPrefix(String block, String address, boolean contained)
			throws UnknownHostException {
		assertThat(AddressBlock.parse(block).contains(InetAddress.getByName(address))).isEqualTo(contained);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			10.0.0.0/33     | between 1 and 32
			10.0.0.0/-1     | between 1 and 32
			10.0.0.0/       | between 1 and 32
			2001:db8::/129  | between 1 and 128
			10.1.2.3/8      | 10.0.0.0/8
			2001:db8::1/48  | one is 2001:db8::/48
			0.0.0.0/0       | trusts everybody
			::/0            | trusts everybody
			10.0.0/8        | looks like
			localhost       | looks like
			fe80::1%eth0    | looks like
			[::1]           | looks like
			''              | looks like
			""")
	void whatIsNoBlockIsRefusedWithWhatItShouldBe(String text, String message) {
		assertThatIllegalArgumentException().isThrownBy(() -> AddressBlock.parse(text)).withMessageContaining(message);
	}

}
