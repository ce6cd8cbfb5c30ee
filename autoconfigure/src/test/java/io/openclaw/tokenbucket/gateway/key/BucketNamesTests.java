package io.openclaw.tokenbucket.gateway.key;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.gateway.address.ClientAddresses;
import io.openclaw.tokenbucket.gateway.address.TrustedProxies;

import static org.assertj.core.api.Assertions.assertThat;

class BucketNamesTests {

	private final KeyIds ids = new KeyIds("s3cret");

	private final BucketNames names = new BucketNames(this.ids, false);

	private static final RequestKeyParser KEYS = new RequestKeyParser(Map.of(),
			new ClientAddresses(TrustedProxies.NONE));

	private final RequestKey apiKey = KEYS.parse("api-key");

	private final RequestKey header = KEYS.parse("header:X-Tenant");

	@Test
	void anApiKeyIsKnownByItsIdOnly() {
		assertThat(this.names.nameOf(this.apiKey, "4711")).isEqualTo(this.ids.id("4711"));
	}

	@Test
	void otherKeysAreKnownAsTheyAre() {
		assertThat(this.names.nameOf(this.header, "acme")).isEqualTo("acme");
		assertThat(this.names.nameOf(this.header, "x".repeat(256))).isEqualTo("x".repeat(256));
	}

	@Test
	void otherKeysAreKnownByTheirIdIfWanted() {
		assertThat(new BucketNames(this.ids, true).nameOf(this.header, "acme")).isEqualTo(this.ids.id("acme"));
	}

	@Test
	void theOneKeyForAllNamesNobodyAndIsKnownAsItIs() {
		RequestKey global = KEYS.parse("global");
		assertThat(new BucketNames(this.ids, true).nameOf(global, "global")).isEqualTo("global");
	}

	@Test
	void aVeryLongKeyIsKnownByItsId() {
		assertThat(this.names.nameOf(this.header, "x".repeat(257))).isEqualTo("~" + this.ids.id("x".repeat(257)));
	}

	@Test
	void veryLongKeysAreToldApartOnEveryGateway() {
		String shared = "\u001b[2J\r\n" + "x".repeat(7_000);
		String one = this.names.nameOf(this.header, shared + "1");
		String other = this.names.nameOf(this.header, shared + "2");
		assertThat(one).hasSize(33).isNotEqualTo(other);
		assertThat(new BucketNames(new KeyIds("s3cret"), false).nameOf(this.header, shared + "1")).isEqualTo(one);
	}

	@ParameterizedTest
	@ValueSource(strings = { BucketNames.SHARED, "~", "~x" })
	void noKeyLeadsToTheBucketOfTheKeyless(String key) {
		assertThat(this.names.nameOf(this.header, key)).isNotEqualTo(BucketNames.SHARED);
		assertThat(this.names.nameOf(this.apiKey, key)).isNotEqualTo(BucketNames.SHARED);
	}

	@Test
	void noKeyLeadsToTheBucketOfAVeryLongKey() {
		String id = this.names.nameOf(this.header, "x".repeat(257));
		assertThat(this.names.nameOf(this.header, id)).isNotEqualTo(id);
	}

	@Test
	void anApiKeyThatIsWrittenDownIsMeantByItsIdOrInClear() {
		String id = this.ids.id("k1");
		assertThat(this.names.namesOf(this.apiKey, "k1")).containsExactly(id);
		assertThat(this.names.namesOf(this.apiKey, id)).containsExactlyInAnyOrder(id, this.ids.id(id));
		assertThat(this.names.namesOf(this.header, id)).containsExactly(id);
	}

	@Test
	void aKeyHadOtherIdsUnderFormerSecrets() {
		KeyIds former = new KeyIds("former");
		BucketNames rotated = new BucketNames(this.ids, false, List.of(former, new KeyIds(null)));
		assertThat(rotated.nameOf(this.apiKey, "k1")).isEqualTo(this.ids.id("k1"));
		assertThat(rotated.formerNamesOf(this.apiKey, "k1")).containsExactly(former.id("k1"),
				new KeyIds(null).id("k1"));
		assertThat(rotated.formerNamesOf(this.header, "x".repeat(257)))
			.containsExactly("~" + former.id("x".repeat(257)), "~" + new KeyIds(null).id("x".repeat(257)));
		assertThat(rotated.formerNamesOf(this.header, "acme")).isEmpty();
		assertThat(this.names.formerNamesOf(this.apiKey, "k1")).isEmpty();
	}

	@Test
	void hashedKeysThatAreWrittenDownAreMeantEitherWay() {
		BucketNames hashed = new BucketNames(this.ids, true);
		assertThat(hashed.namesOf(this.header, "acme")).containsExactly(this.ids.id("acme"));
		assertThat(hashed.namesOf(KEYS.parse("ip"), "2001:db8::1")).containsExactly(this.ids.id("2001:db8::/64"));
	}

}
