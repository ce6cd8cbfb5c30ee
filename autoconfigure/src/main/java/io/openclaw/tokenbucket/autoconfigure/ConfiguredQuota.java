package io.openclaw.tokenbucket.autoconfigure;

import java.math.BigDecimal;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bucket;
import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Plan;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;

/**
 * The capacity and rate that a limit or an override configures, before the checks.
 * Immutable.
 *
 * @param prefix what the properties begin with
 */
record ConfiguredQuota(String prefix, @Nullable Long capacity, @Nullable BigDecimal perSecond, @Nullable Long tokens,
		@Nullable Duration period, @Nullable Long initial) {

	private static final BigDecimal LEAST_RATE = new BigDecimal("0.000001");

	static ConfiguredQuota of(String prefix, Bucket bucket) {
		return new ConfiguredQuota(prefix, bucket.capacity(), bucket.refillRatePerSecond(), bucket.refillTokens(),
				bucket.refillPeriod(), bucket.initialTokens());
	}

	static ConfiguredQuota of(String prefix, Plan plan) {
		return new ConfiguredQuota(prefix, plan.capacity(), plan.refillRatePerSecond(), plan.refillTokens(),
				plan.refillPeriod(), plan.initialTokens());
	}

	/**
	 * The limit that is meant.
	 * @throws OpenClawConfigurationException if it is none
	 */
	Limit toLimit(String name, long revision) {
		long most = Checks.between(property("capacity"),
				Checks.required(property("capacity"), this.capacity, "Set it to the most tokens that a bucket holds."),
				1L, MicroTokens.MAX_TOKENS);
		long first = (this.initial != null) ? Checks.between(property("initial-tokens"), this.initial, 0L, most) : most;
		return new Limit(name, MicroTokens.ofTokens(most), toRate(), MicroTokens.ofTokens(first), revision);
	}

	/**
	 * The limit that is meant where what is left out is that of another limit, except for
	 * the initial tokens.
	 * @throws OpenClawConfigurationException if it is none
	 */
	Limit toLimit(String name, Limit other) {
		long most = (this.capacity != null)
				? Checks.between(property("capacity"), this.capacity, 1L, MicroTokens.MAX_TOKENS)
				: MicroTokens.toWholeTokens(other.capacity());
		long first = (this.initial != null) ? Checks.between(property("initial-tokens"), this.initial, 0L, most) : most;
		RefillRate rate = (this.perSecond != null || isPeriodic()) ? toRate() : other.refillRate();
		return new Limit(name, MicroTokens.ofTokens(most), rate, MicroTokens.ofTokens(first), other.revision());
	}

	private RefillRate toRate() {
		String inSecond = property("refill-rate-per-second");
		String inPeriod = property("refill-tokens");
		String ofPeriod = property("refill-period");
		if (this.perSecond != null) {
			if (isPeriodic()) {
				throw new OpenClawConfigurationException(inSecond, Checks.show(this.perSecond),
						"the rate is given twice", "Remove it, or remove %s and %s.".formatted(inPeriod, ofPeriod));
			}
			return RefillRate.perSecond(
					Checks.between(inSecond, this.perSecond, LEAST_RATE, BigDecimal.valueOf(MicroTokens.MAX_TOKENS)));
		}
		if (!isPeriodic()) {
			throw new OpenClawConfigurationException(inSecond, null, "the limit has no rate",
					"Set it to tokens per second, or set %s and %s.".formatted(inPeriod, ofPeriod));
		}
		return RefillRate.of(
				Checks.between(inPeriod,
						Checks.required(inPeriod, this.tokens,
								"Set it to the tokens that flow in every %s.".formatted(ofPeriod)),
						1L, MicroTokens.MAX_TOKENS),
				Checks.between(ofPeriod,
						Checks.required(ofPeriod, this.period,
								"Set it to the period in which %s flow in, such as 1m.".formatted(inPeriod)),
						LimitDefinition.SHORTEST_PERIOD, LimitDefinition.LONGEST_PERIOD));
	}

	private boolean isPeriodic() {
		return this.tokens != null || this.period != null;
	}

	private String property(String name) {
		return this.prefix + "." + name;
	}

}
