package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.Limiters;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.observability.Statuses;

import static org.assertj.core.api.Assertions.assertThat;

class ReplicationEndpointTests {

	@Test
	void showsThisMemberAndTheOthers() {
		ReplicationView view = new ReplicationEndpoint(Statuses::degraded).replication();
		assertThat(view.self()).isEqualTo("edge-a#3");
		assertThat(view.region()).isEqualTo("us-east-1");
		assertThat(view.standing()).isEqualTo("member");
		assertThat(view.state()).isEqualTo("degraded");
		assertThat(view.fleetSize()).isEqualTo(3);
		assertThat(view.lagMillis()).isEqualTo(new BigDecimal("1500"));
		assertThat(view.members()).hasSize(3)
			.contains(
					new MemberView("edge-b#1", "eu-central-1", "member", true, true, new BigDecimal("120"),
							new BigDecimal("1.235"), 0),
					new MemberView("edge-d#1", null, "joining", false, false, null, null, 7));
	}

	@Test
	void showsBusesAndCounts() {
		ReplicationView view = new ReplicationEndpoint(Statuses::degraded).replication();
		assertThat(view.buses()).containsExactly(new BusView("primary", true, 0), new BusView("second", false, 4));
		assertThat(view.lostBatches()).isEqualTo(1);
		assertThat(view.repairs()).isEqualTo(2);
		assertThat(view.rejectedMessages()).isEqualTo(3);
	}

	@Test
	void aProcessThatLimitsByItselfIsAFleetOfOneWithoutABus() {
		TokenBucketLimiter limiter = Limiters.limiter(Limiters.store(() -> 0), () -> 0, null);
		ReplicationView view = new ReplicationEndpoint(ReplicationStatusSource.local(limiter, "us-east-1"))
			.replication();
		assertThat(view.self()).isEqualTo("edge-a#3");
		assertThat(view.region()).isEqualTo("us-east-1");
		assertThat(view.state()).isEqualTo("healthy");
		assertThat(view.fleetSize()).isEqualTo(1);
		assertThat(view.members()).isEmpty();
		assertThat(view.buses()).isEmpty();
	}

}
