package io.openclaw.tokenbucket.observability;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.SimpleHttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.SimpleStatusAggregator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import io.openclaw.tokenbucket.limiter.limit.Deviation;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.port.SecretMismatch;
import io.openclaw.tokenbucket.resilience.DriftSource;

import static org.assertj.core.api.Assertions.assertThat;

class TokenBucketReplicationHealthIndicatorTests {

	@Test
	void whichLimitsAreNotAsConfiguredIsADetailAndNoHarm() {
		Health health = new TokenBucketReplicationHealthIndicator(Statuses::healthy, DriftSource.NONE,
				() -> Map.of("rating", Deviation.NOT_DEPLOYED_EVERYWHERE))
			.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails().get("limitsNotAsConfigured")).asString()
			.contains("rating", "Not all gateways are configured like this one");
	}

	@Test
	void isUpWhileEveryMemberIsHeard() {
		Health health = new TokenBucketReplicationHealthIndicator(Statuses::healthy, DriftSource.NONE, Map::of)
			.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("state", "healthy")
			.containsEntry("membersHeard", 2L)
			.containsEntry("fleetSize", 2);
	}

	@Test
	void isDegradedWhileAMemberIsNotHeard() {
		Health health = new TokenBucketReplicationHealthIndicator(Statuses::degraded, DriftSource.NONE, Map::of)
			.health();
		assertThat(health.getStatus()).isEqualTo(TokenBucketReplicationHealthIndicator.DEGRADED);
		assertThat(health.getDetails()).containsEntry("state", "degraded")
			.containsEntry("membersHeard", 2L)
			.containsEntry("fleetSize", 3)
			.containsEntry("busesConnected", 1L)
			.containsEntry("buses", 2);
	}

	@Test
	void isDegradedWhileAloneWithoutABus() {
		Health health = new TokenBucketReplicationHealthIndicator(() -> Statuses.alone(false), DriftSource.NONE,
				Map::of)
			.health();
		assertThat(health.getStatus()).isEqualTo(TokenBucketReplicationHealthIndicator.DEGRADED);
		assertThat(health.getDetails()).containsEntry("state", "healthy").containsEntry("busesConnected", 0L);
		assertThat(new TokenBucketReplicationHealthIndicator(() -> Statuses.alone(true), DriftSource.NONE, Map::of)
			.health()
			.getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void isUpWhileMostBusesAreConnected() {
		Health most = new TokenBucketReplicationHealthIndicator(() -> Statuses.alone(true, false, true),
				DriftSource.NONE, Map::of)
			.health();
		assertThat(most.getStatus()).isEqualTo(Status.UP);
		Health half = new TokenBucketReplicationHealthIndicator(() -> Statuses.alone(true, false), DriftSource.NONE,
				Map::of)
			.health();
		assertThat(half.getStatus()).isEqualTo(TokenBucketReplicationHealthIndicator.DEGRADED);
	}

	@Test
	void isUpWithoutAnyBusToConnectTo() {
		Health health = new TokenBucketReplicationHealthIndicator(Statuses::alone, DriftSource.NONE, Map::of).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void isDegradedWhileJoining() {
		Health health = new TokenBucketReplicationHealthIndicator(Statuses::joining, DriftSource.NONE, Map::of)
			.health();
		assertThat(health.getStatus()).isEqualTo(TokenBucketReplicationHealthIndicator.DEGRADED);
		assertThat(health.getDetails()).containsEntry("standing", "joining");
	}

	@Test
	void isDegradedWhileMessagesDoNotCountForWantOfACommonSecret() {
		ReplicationStatus refusing = Statuses.alone(true)
			.refusing(List.of(new SecretMismatch("edge-b", SecretMismatch.Reason.OTHER_SECRET)));
		Health health = new TokenBucketReplicationHealthIndicator(() -> refusing, DriftSource.NONE, Map::of).health();
		assertThat(health.getStatus()).isEqualTo(TokenBucketReplicationHealthIndicator.DEGRADED);
		assertThat(health.getDetails().get("refused").toString()).contains("edge-b signs under another secret",
				"openclaw.crdt.secret");
	}

	@Test
	void isDegradedWhileALimitIsInFallback() {
		Health health = new TokenBucketReplicationHealthIndicator(Statuses::healthy, Drifts.of("rating", 0.07, 12),
				Map::of)
			.health();
		assertThat(health.getStatus()).isEqualTo(TokenBucketReplicationHealthIndicator.DEGRADED);
		assertThat(health.getDetails()).containsEntry("state", "healthy")
			.containsEntry("limitsInFallback", Set.of("rating"));
	}

	@Test
	void neitherLowersTheAggregateNorChangesTheHttpStatusByDefault() {
		Status degraded = TokenBucketReplicationHealthIndicator.DEGRADED;
		assertThat(new SimpleStatusAggregator().getAggregateStatus(Set.of(degraded, Status.UP))).isEqualTo(Status.UP);
		assertThat(new SimpleHttpCodeStatusMapper().getStatusCode(degraded))
			.isEqualTo(HttpCodeStatusMapper.DEFAULT.getStatusCode(Status.UP));
	}

}
