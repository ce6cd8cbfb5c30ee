package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class NodeIdTests {

	@Test
	void aConfiguredIdIsTaken() {
		assertThat(nodeId("edge-a", "9090")).isEqualTo("edge-a");
	}

	@Test
	void otherwiseHostAndPortMakeTheId() {
		assertThat(nodeId(null, "9090")).matches("[a-z0-9._-]+-9090");
		assertThat(nodeId(" ", null)).matches("[a-z0-9._-]+-8080");
	}

	@Test
	void aPortThatIsNotKnownYetIsReplacedByARandomSuffix() {
		assertThat(nodeId(null, "0")).matches("[a-z0-9._-]+-[0-9a-f]{8}").isNotEqualTo(nodeId(null, "0"));
	}

	private static String nodeId(@Nullable String id, @Nullable String port) {
		Map<String, String> map = (id != null) ? Map.of("openclaw.node.id", id) : Map.of();
		OpenClawProperties properties = new Binder(List.of(new MapConfigurationPropertySource(map)))
			.bindOrCreate("openclaw", OpenClawProperties.class);
		MockEnvironment environment = new MockEnvironment();
		if (port != null) {
			environment.setProperty("server.port", port);
		}
		return NodeId.of(properties, environment);
	}

}
