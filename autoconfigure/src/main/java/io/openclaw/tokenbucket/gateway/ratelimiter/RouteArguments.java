package io.openclaw.tokenbucket.gateway.ratelimiter;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.gateway.ErrorSettlement;
import io.openclaw.tokenbucket.gateway.ResponseCosts;
import io.openclaw.tokenbucket.gateway.Settling;

/**
 * The arguments of a route. Mutable, not thread-safe.
 */
public class RouteArguments {

	private int replenishRate;

	private long burstCapacity = 1;

	private int requestedTokens = 1;

	private @Nullable String settle;

	private @Nullable ErrorSettlement settleOnError;

	private @Nullable Long overdraft;

	/**
	 * Tokens that flow in.
	 * @return tokens per second
	 */
	public int getReplenishRate() {
		return this.replenishRate;
	}

	/**
	 * Sets what flows in.
	 * @param replenishRate tokens per second, from 1 to {@link MicroTokens#MAX_TOKENS}
	 * @return this
	 */
	public RouteArguments setReplenishRate(int replenishRate) {
		this.replenishRate = replenishRate;
		return this;
	}

	/**
	 * The capacity.
	 * @return tokens
	 */
	public long getBurstCapacity() {
		return this.burstCapacity;
	}

	/**
	 * Sets the capacity.
	 * @param burstCapacity tokens, from 0 to {@link MicroTokens#MAX_TOKENS}; fewer than a
	 * request costs let none pass
	 * @return this
	 */
	public RouteArguments setBurstCapacity(long burstCapacity) {
		this.burstCapacity = burstCapacity;
		return this;
	}

	/**
	 * What a request costs.
	 * @return tokens
	 */
	public int getRequestedTokens() {
		return this.requestedTokens;
	}

	/**
	 * Sets what a request costs.
	 * @param requestedTokens tokens, at least 1
	 * @return this
	 */
	public RouteArguments setRequestedTokens(int requestedTokens) {
		this.requestedTokens = requestedTokens;
		return this;
	}

	/**
	 * What a request has cost, where that is known only afterwards.
	 * @return as {@code settle} of a limit; {@code null} where the cost is final
	 */
	public @Nullable String getSettle() {
		return this.settle;
	}

	/**
	 * Sets what a request has cost. It then takes {@code requestedTokens} in advance.
	 * @param settle such as {@code header:X-Tokens-Used}
	 * @return this
	 */
	public RouteArguments setSettle(@Nullable String settle) {
		this.settle = settle;
		return this;
	}

	/**
	 * What a request costs that failed before anybody knew.
	 * @return {@code null} for what it took in advance
	 */
	public @Nullable ErrorSettlement getSettleOnError() {
		return this.settleOnError;
	}

	/**
	 * Sets what a request costs that failed before anybody knew.
	 * @param settleOnError {@code null} for what it took in advance
	 * @return this
	 */
	public RouteArguments setSettleOnError(@Nullable ErrorSettlement settleOnError) {
		this.settleOnError = settleOnError;
		return this;
	}

	/**
	 * What a request may cost beyond what it took in advance.
	 * @return tokens; {@code null} for as many again
	 */
	public @Nullable Long getOverdraft() {
		return this.overdraft;
	}

	/**
	 * Sets what a request may cost beyond what it took in advance.
	 * @param overdraft tokens, from 0 to {@link MicroTokens#MAX_TOKENS}; {@code null} for
	 * as many again
	 * @return this
	 */
	public RouteArguments setOverdraft(@Nullable Long overdraft) {
		this.overdraft = overdraft;
		return this;
	}

	@Nullable Settling settling(String routeId, ResponseCosts costs) {
		String text = this.settle;
		if (text == null) {
			return null;
		}
		ErrorSettlement onError = Objects.requireNonNullElse(this.settleOnError, ErrorSettlement.KEEP);
		try {
			return costs.parse(text, onError, this.overdraft);
		}
		catch (IllegalArgumentException ex) {
			throw new RejectedArgumentException(routeId, "settle", text, "what is possible: " + ex.getMessage());
		}
	}

	void validate(String routeId) {
		require(routeId, "replenishRate", this.replenishRate, 1);
		require(routeId, "burstCapacity", this.burstCapacity, 0);
		if (this.requestedTokens < 1) {
			throw new RejectedArgumentException(routeId, "requestedTokens", this.requestedTokens, "at least 1");
		}
		if (this.overdraft != null) {
			require(routeId, "overdraft", this.overdraft, 0);
		}
	}

	private static void require(String routeId, String argument, long value, long least) {
		if (value < least || value > MicroTokens.MAX_TOKENS) {
			throw new RejectedArgumentException(routeId, argument, value,
					"at least %d and at most %d".formatted(least, MicroTokens.MAX_TOKENS));
		}
	}

	@Override
	public String toString() {
		return "replenishRate = %d, burstCapacity = %d, requestedTokens = %d".formatted(this.replenishRate,
				this.burstCapacity, this.requestedTokens);
	}

}
