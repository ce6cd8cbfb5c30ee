package io.openclaw.tokenbucket.autoconfigure;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.util.StringUtils;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Crdt;
import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Fallback;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.resilience.FallbackPolicy;

/**
 * The properties after they were checked, as the other packages understand them.
 * Immutable.
 *
 * @param policies the limits
 * @param limiter settings of the limiter
 * @param replication settings of replication
 * @param fallback how much drift a limit bears
 * @param namespace tells fleets on the same Redis apart
 * @param isSigned whether gateways sign what they tell each other
 * @param keySecrets under which keys become ids, the first of them; ids under the others
 * are still found. None if none is configured
 */
record OpenClawSettings(List<LimitPolicy> policies, LimiterSettings limiter, ReplicationSettings replication,
		FallbackPolicy fallback, String namespace, boolean isSigned, List<String> keySecrets) {

	private static final int MAX_NAME_LENGTH = 64;

	private static final int MAX_REPLICATION_FACTOR = 1000;

	private static final Duration LEAST_SYNC_INTERVAL = Duration.ofMillis(10);

	private static final Duration MOST_SYNC_INTERVAL = Duration.ofSeconds(1);

	private static final Duration MOST_CREDIT_WAIT = Duration.ofSeconds(10);

	// Presence is renewed every second; one renewal may be late.
	private static final Duration LEAST_MEMBER_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration MOST_MEMBER_TIMEOUT = Duration.ofDays(1);

	private static final BigDecimal LEAST_DRIFT = new BigDecimal("0.001");

	private static final BigDecimal MOST_DRIFT = BigDecimal.valueOf(1000);

	// Drift is measured over a second.
	private static final Duration LEAST_HOLD = Duration.ofSeconds(1);

	private static final Duration MOST_HOLD = Duration.ofHours(1);

	static OpenClawSettings from(OpenClawProperties properties) {
		Crdt crdt = properties.crdt();
		Checks.between("openclaw.revision", properties.revision(), 0L, Long.MAX_VALUE);
		Checks.name("openclaw.crdt.namespace", crdt.namespace(), MAX_NAME_LENGTH);
		Checks.between("openclaw.crdt.replication-factor", crdt.replicationFactor(), 1, MAX_REPLICATION_FACTOR);
		Checks.between("openclaw.crdt.sync-interval", crdt.syncInterval(), LEAST_SYNC_INTERVAL, MOST_SYNC_INTERVAL);
		Checks.between("openclaw.crdt.credit-wait", crdt.creditWait(), Duration.ZERO, MOST_CREDIT_WAIT);
		Checks.between("openclaw.crdt.max-keys", crdt.maxKeys(), 1, Integer.MAX_VALUE);
		ConfiguredLatencyThresholds.check(properties.circuitBreaker());
		ObservabilityChecks.check(properties);
		AdaptiveRefills.from(properties);
		checkMemberTimeout(crdt);
		checkSecrets("openclaw.crdt.secret", crdt.secret());
		checkSecrets("openclaw.key-secret", properties.keySecret());
		String region = StringUtils.hasText(properties.node().region()) ? properties.node().region() : null;
		if (region != null) {
			Checks.name("openclaw.node.region", region, MAX_NAME_LENGTH);
		}
		return new OpenClawSettings(LimitPolicies.from(properties),
				new LimiterSettings(crdt.replicationFactor(), crdt.syncInterval(), crdt.maxKeys()),
				new ReplicationSettings(region, crdt.replicationFactor(), crdt.syncInterval(), crdt.memberTimeout(),
						MessageSigning.under(crdt.secret(), crdt.namespace(), crdt.unsigned())),
				fallback(properties.fallback()), crdt.namespace(), !crdt.secret().isEmpty(),
				Stream.concat(properties.keySecret().stream(), crdt.secret().stream()).distinct().toList());
	}

	private static FallbackPolicy fallback(Fallback fallback) {
		Checks.between("openclaw.fallback.drift-threshold", fallback.driftThreshold(), LEAST_DRIFT, MOST_DRIFT);
		Checks.between("openclaw.fallback.hold", fallback.hold(), LEAST_HOLD, MOST_HOLD);
		return FallbackPolicy.of(fallback.driftThreshold().doubleValue(), fallback.hold(),
				FallbackQuotas.of("openclaw.fallback.quota", fallback.quota()));
	}

	private static void checkMemberTimeout(Crdt crdt) {
		String property = "openclaw.crdt.member-timeout";
		Checks.between(property, crdt.memberTimeout(), LEAST_MEMBER_TIMEOUT, MOST_MEMBER_TIMEOUT);
		Duration silence = crdt.syncInterval().multipliedBy(3);
		if (crdt.memberTimeout().compareTo(silence) <= 0) {
			throw new OpenClawConfigurationException(property, Checks.show(crdt.memberTimeout()),
					"it is too short: gateways that are merely slow would be removed",
					"Set it to more than 3 times openclaw.crdt.sync-interval, which is %s."
						.formatted(Checks.show(silence)));
		}
	}

	private static void checkSecrets(String property, List<String> secrets) {
		for (int i = 0; i < secrets.size(); i++) {
			if (!StringUtils.hasText(secrets.get(i))) {
				throw new OpenClawConfigurationException("%s[%d]".formatted(property, i), "",
						"a secret must not be blank", "Set it to a long random text, or remove it.");
			}
		}
	}

}
