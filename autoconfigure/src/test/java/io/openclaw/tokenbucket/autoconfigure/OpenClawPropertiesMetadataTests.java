package io.openclaw.tokenbucket.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What editors show of the properties.
 */
class OpenClawPropertiesMetadataTests {

	@Test
	@SuppressWarnings("unchecked")
	void everyPropertyIsDescribed() throws IOException {
		String json = new ClassPathResource("META-INF/spring-configuration-metadata.json")
			.getContentAsString(StandardCharsets.UTF_8);
		List<Map<String, Object>> properties = (List<Map<String, Object>>) JsonParserFactory.getJsonParser()
			.parseMap(json)
			.get("properties");
		assertThat(properties).extracting((property) -> property.get("name"))
			.contains("openclaw.buckets", "openclaw.revision", "openclaw.node.id", "openclaw.node.region",
					"openclaw.crdt.namespace", "openclaw.crdt.replication-factor", "openclaw.crdt.sync-interval",
					"openclaw.crdt.credit-wait", "openclaw.crdt.member-timeout", "openclaw.crdt.max-keys",
					"openclaw.crdt.secret", "openclaw.crdt.unsigned", "openclaw.crdt.buses", "openclaw.headers",
					"openclaw.fallback.drift-threshold", "openclaw.fallback.hold", "openclaw.fallback.quota",
					"openclaw.hash-keys", "openclaw.proxies.trusted", "openclaw.proxies.hops");
		assertThat(properties)
			.allSatisfy((property) -> assertThat((String) property.get("description")).as((String) property.get("name"))
				.isNotBlank());
	}

}
