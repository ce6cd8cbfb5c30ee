package io.openclaw.tokenbucket.replication.port;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReplicationSettingsTests {

	@Test
	void anotherIntervalChangesNothingElse() {
		MessageSigning signing = MessageSigning.under(List.of("secret"), "default", MessageSigning.Unsigned.ACCEPT);
		ReplicationSettings settings = new ReplicationSettings("eu", 3, Duration.ofMillis(200), Duration.ofSeconds(30),
				signing);
		assertThat(settings.withSyncInterval(Duration.ofMillis(50)))
			.isEqualTo(new ReplicationSettings("eu", 3, Duration.ofMillis(50), Duration.ofSeconds(30), signing));
	}

}
