package io.openclaw.tokenbucket.limiter.limit;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * The properties of a limit on which all members of a fleet must agree: a
 * last-writer-wins register (Shapiro et al. 2011, 3.2.1) whose time stamp is a version
 * instead of a clock. Merge is commutative, associative and idempotent. Immutable.
 *
 * @param limit the limit with its revision, the first part of the version
 * @param edit how often the limit was changed at run time since its revision, not
 * negative; the second part of the version
 * @param consistency what happens to a request that is short of credit
 * @param mode whether what it rejects is rejected
 * @param basis a number that stands for the content of the configuration that it is, or
 * that it was changed from at run time; it differs where contents do, with high
 * probability
 * @param keys the keys of callers that were put under this limit at run time, or taken
 * from it ({@code false}), though it stands in for another limit by its configuration
 */
public record LimitDefinition(Limit limit, long edit, Consistency consistency, Mode mode, long basis,
		Map<String, Boolean> keys) {

	/** So many keys can be changed at run time. */
	public static final int MAX_KEYS = 250;

	// All keys of a definition together.
	private static final int MAX_CHARACTERS = 32_768;

	/** The shortest period in which tokens may flow in. */
	public static final Duration SHORTEST_PERIOD = Duration.ofMillis(1);

	/** The longest period in which a token may flow in: a hundred years. */
	public static final Duration LONGEST_PERIOD = Duration.ofDays(36_500);

	private static final Comparator<LimitDefinition> VERSION = Comparator
		.<LimitDefinition>comparingLong((definition) -> definition.limit.revision())
		.thenComparingLong(LimitDefinition::edit);

	// Of two that claim the same version the one that admits less wins, to be the same
	// everywhere.
	private static final Comparator<LimitDefinition> ORDER = VERSION
		.thenComparing(Comparator.<LimitDefinition>comparingLong((definition) -> definition.limit.capacity())
			.thenComparingDouble((definition) -> definition.limit.refillRate().tokensPerSecond())
			.thenComparingLong((definition) -> definition.limit.refillRate().periodNanos())
			.thenComparing(LimitDefinition::consistency)
			.thenComparing(LimitDefinition::mode)
			.thenComparingLong((definition) -> definition.limit.initial())
			.thenComparingLong(LimitDefinition::basis)
			.thenComparingLong(LimitDefinition::contentOfKeys)
			.reversed());

	/**
	 * Creates a definition.
	 * @throws IllegalArgumentException if the revision or the edit is negative
	 */
	public LimitDefinition {
		if (limit.revision() < 0 || edit < 0) {
			throw new IllegalArgumentException("a version must not be negative: " + limit.revision() + "." + edit);
		}
		keys = Map.copyOf(keys);
	}

	/**
	 * Creates a definition without keys.
	 * @param limit the limit with its revision
	 * @param edit how often the limit was changed since its revision
	 * @param consistency what happens to a request that is short of credit
	 * @param mode whether what it rejects is rejected
	 * @param basis stands for the configuration
	 * @throws IllegalArgumentException if the revision or the edit is negative
	 */
	public LimitDefinition(Limit limit, long edit, Consistency consistency, Mode mode, long basis) {
		this(limit, edit, consistency, mode, basis, Map.of());
	}

	/**
	 * Creates a definition that is configured like this.
	 * @param limit the limit with its revision
	 * @param edit how often the limit was changed since its revision
	 * @param consistency what happens to a request that is short of credit
	 * @param mode whether what it rejects is rejected
	 * @throws IllegalArgumentException if the revision or the edit is negative
	 */
	public LimitDefinition(Limit limit, long edit, Consistency consistency, Mode mode) {
		this(limit, edit, consistency, mode, content(limit, consistency, mode));
	}

	/**
	 * The definition of a limit as it is configured.
	 * @param policy the limit
	 * @return the definition, edited never
	 */
	public static LimitDefinition of(LimitPolicy policy) {
		return new LimitDefinition(policy.limit(), 0, policy.consistency(), policy.mode());
	}

	/**
	 * The same with a key put under this limit, or taken from it.
	 * @param key the key as the limiter knows the caller
	 * @param added whether it is put under it
	 * @return a new definition of the same version
	 */
	public LimitDefinition with(String key, boolean added) {
		Map<String, Boolean> changed = new HashMap<>(this.keys);
		changed.put(key, added);
		return new LimitDefinition(this.limit, this.edit, this.consistency, this.mode, this.basis, changed);
	}

	/**
	 * The definition that both sides follow once they know of both.
	 * @param other a definition of the same limit
	 * @return the one of the higher version; this very instance if the other adds nothing
	 */
	public LimitDefinition merge(LimitDefinition other) {
		return (ORDER.compare(this, other) >= 0) ? this : other;
	}

	/**
	 * Whether a limit could be configured like this.
	 * @return {@code false} if it can only be forged or damaged
	 */
	public boolean isInRange() {
		BigInteger tokens = BigInteger.valueOf(this.limit.refillRate().microTokens());
		BigInteger period = BigInteger.valueOf(this.limit.refillRate().periodNanos());
		BigInteger least = tokens.multiply(BigInteger.valueOf(LONGEST_PERIOD.toNanos()));
		BigInteger most = period.multiply(BigInteger.valueOf(MicroTokens.ofTokens(MicroTokens.MAX_TOKENS)));
		return this.keys.size() <= MAX_KEYS
				&& this.keys.keySet().stream().mapToInt(String::length).sum() <= MAX_CHARACTERS
				&& this.limit.capacity() >= MicroTokens.PER_TOKEN
				&& least.compareTo(period.multiply(BigInteger.valueOf(MicroTokens.PER_TOKEN))) >= 0
				&& most.compareTo(tokens.multiply(BigInteger.valueOf(SHORTEST_PERIOD.toNanos()))) >= 0;
	}

	/**
	 * Whether a definition has the higher version, whatever it says.
	 * @param other a definition of the same limit
	 * @return whether this one is newer
	 */
	public boolean isNewerThan(LimitDefinition other) {
		return VERSION.compare(this, other) > 0;
	}

	/**
	 * Whether two definitions say the same, whatever their versions are.
	 * @param other a definition of the same limit
	 * @return whether members that follow one or the other decide alike
	 */
	public boolean agreesWith(LimitDefinition other) {
		return this.limit.capacity() == other.limit.capacity()
				&& this.limit.refillRate().equals(other.limit.refillRate())
				&& this.limit.initial() == other.limit.initial() && this.consistency == other.consistency
				&& this.mode == other.mode && this.keys.equals(other.keys);
	}

	/**
	 * The same made at run time, after another. It stands for the configuration that the
	 * other came from.
	 * @param current what it replaces
	 * @return the definition with the version that follows
	 */
	public LimitDefinition following(LimitDefinition current) {
		return following(current, current.basis);
	}

	/**
	 * What holds once all gateways are configured with one definition. A change at run
	 * time outlives that if it was made on the same configuration.
	 * @param configured the definition
	 * @return this very instance if it comes from that configuration; else the
	 * configuration, with the version that follows
	 */
	public LimitDefinition deployed(LimitDefinition configured) {
		return isBasedOn(configured) ? this : configured.following(this, configured.basis);
	}

	/**
	 * What holds once somebody wants the configuration, whatever was changed since.
	 * @param configured the definition
	 * @return this very instance if it is just that; else the configuration, with the
	 * version that follows
	 */
	public LimitDefinition resetTo(LimitDefinition configured) {
		return (isBasedOn(configured) && agreesWith(configured)) ? this : configured.following(this, configured.basis);
	}

	/**
	 * Whether this is a configuration, or was changed from it at run time.
	 * @param configured the configuration
	 * @return whether it outlives that all gateways are configured so
	 */
	public boolean isBasedOn(LimitDefinition configured) {
		return this.basis == configured.basis;
	}

	private LimitDefinition following(LimitDefinition current, long newBasis) {
		Limit edited = new Limit(this.limit.name(), this.limit.capacity(), this.limit.refillRate(),
				this.limit.initial(), current.limit.revision());
		// Only a forged one is the last that there can be: the order of contents decides
		// then.
		long next = (current.edit < Long.MAX_VALUE) ? current.edit + 1 : current.edit;
		return new LimitDefinition(edited, next, this.consistency, this.mode, newBasis, this.keys);
	}

	/**
	 * The version as people read it.
	 * @return revision, dot, edit
	 */
	public String version() {
		return this.limit.revision() + "." + this.edit;
	}

	/**
	 * A number that differs where definitions do, with high probability.
	 * @return 64 bits, the same in every process
	 */
	public long fingerprint() {
		long hash = mix(mix(this.limit.revision()) + this.edit) + this.basis;
		return mix(mix(hash) + content(this.limit, this.consistency, this.mode)) + contentOfKeys();
	}

	// The same in whatever order they come; zero for none.
	private long contentOfKeys() {
		long sum = 0;
		for (Map.Entry<String, Boolean> key : this.keys.entrySet()) {
			long hash = key.getValue() ? 1 : 2;
			for (int i = 0; i < key.getKey().length(); i++) {
				hash = mix(hash + key.getKey().charAt(i));
			}
			sum += mix(hash);
		}
		return sum;
	}

	// Whatever the version is.
	private static long content(Limit limit, Consistency consistency, Mode mode) {
		long hash = mix(limit.capacity());
		hash = mix(hash + limit.refillRate().microTokens());
		hash = mix(hash + limit.refillRate().periodNanos());
		hash = mix(hash + limit.initial());
		hash = mix(hash + consistency.ordinal());
		return mix(hash + mode.ordinal());
	}

	@Override
	public String toString() {
		boolean beginsFull = this.limit.initial() == this.limit.capacity();
		return "capacity %s%s, %s tokens/s, %s, %s, version %s".formatted(tokens(this.limit.capacity()),
				beginsFull ? "" : ", initially " + tokens(this.limit.initial()),
				plain(this.limit.refillRate().roundedPerSecond()), this.consistency.name().toLowerCase(Locale.ROOT),
				this.mode.name().toLowerCase(Locale.ROOT), version());
	}

	private static String tokens(long microTokens) {
		return plain(BigDecimal.valueOf(microTokens, 6));
	}

	private static String plain(BigDecimal tokens) {
		return tokens.stripTrailingZeros().toPlainString();
	}

	// The finalizer of SplitMix64: Steele et al., Fast Splittable Pseudorandom Number
	// Generators, 2014.
	private static long mix(long value) {
		long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
		mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
		return mixed ^ (mixed >>> 31);
	}

}
