package io.openclaw.tokenbucket.gateway.answer;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.springframework.http.HttpHeaders;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * Tells callers of their limits in response headers: those of
 * draft-ietf-httpapi-ratelimit-headers-10, the older {@code X-RateLimit-*}, both or none.
 * Where upstream has limits of its own, both are told: the standard headers are lists,
 * and of the older ones the tighter limit has the word. Thread-safe.
 */
public final class RateLimitHeaders {

	/** What limits apply. */
	public static final String POLICY = "RateLimit-Policy";

	/** What is left of them. */
	public static final String LIMIT = "RateLimit";

	/** The capacity of the tightest limit. */
	public static final String LEGACY_LIMIT = "X-RateLimit-Limit";

	/** Tokens left of it. */
	public static final String LEGACY_REMAINING = "X-RateLimit-Remaining";

	/** Seconds until the same cost would be admitted by it. */
	public static final String LEGACY_RESET = "X-RateLimit-Reset";

	private static final int MAX_DIGITS = 18;

	private final HeaderStyle style;

	// As many as there are limits, of which each request tells the same.
	private final Map<String, Policy> policies = new ConcurrentHashMap<>();

	/**
	 * Creates headers.
	 * @param style which ones
	 */
	public RateLimitHeaders(HeaderStyle style) {
		this.style = style;
	}

	/**
	 * Writes the headers of a request's decisions.
	 * @param decisions final decisions, at least one
	 * @param headers the response's headers
	 */
	public void write(List<Decision> decisions, HttpHeaders headers) {
		List<Quota> quotas = Quota.of(decisions);
		if (quotas.isEmpty()) {
			return;
		}
		if (this.style.includesStandard()) {
			put(POLICY, list(quotas, this::policy), headers);
			put(LIMIT, list(quotas, this::limit), headers);
		}
		if (this.style.includesLegacy()) {
			writeLegacy(quotas.stream().min(Quota.TIGHTEST_FIRST).orElseThrow(), headers);
		}
		prolong(quotas, headers);
	}

	private static void put(String name, String members, HttpHeaders headers) {
		List<String> upstream = headers.get(name);
		headers.set(name, (upstream == null) ? members : members + ", " + String.join(", ", upstream));
	}

	// Whoever comes back when the response says so, but before all limits here have
	// tokens, is rejected once more. The header is the upstream's or that of a rejection.
	private static void prolong(List<Quota> quotas, HttpHeaders headers) {
		OptionalLong told = number(HttpHeaders.RETRY_AFTER, headers);
		if (told.isEmpty()) {
			return;
		}
		long delay = RetryAfter.longest(quotas);
		if (told.getAsLong() < delay) {
			headers.set(HttpHeaders.RETRY_AFTER, Long.toString(delay));
		}
	}

	private static OptionalLong number(String name, HttpHeaders headers) {
		String value = headers.getFirst(name);
		return (value != null && isNumber(value)) ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
	}

	private static boolean isNumber(String value) {
		for (int i = 0; i < value.length(); i++) {
			if (value.charAt(i) < '0' || value.charAt(i) > '9') {
				return false;
			}
		}
		return !value.isEmpty() && value.length() <= MAX_DIGITS;
	}

	// There is one number of each, so the tightest limit speaks. Upstream's are kept
	// together: what its reset counts is only clear beside its own numbers.
	private void writeLegacy(Quota tightest, HttpHeaders headers) {
		if (number(LEGACY_REMAINING, headers).orElse(Long.MAX_VALUE) < tightest.remaining()) {
			return;
		}
		headers.set(LEGACY_LIMIT, Long.toString(tightest.tokens()));
		headers.set(LEGACY_REMAINING, Long.toString(tightest.remaining()));
		headers.set(LEGACY_RESET, Long.toString(tightest.delay()));
	}

	private String policy(Quota quota) {
		return policyOf(quota.limit()).member();
	}

	private String limit(Quota quota) {
		return policyOf(quota.limit()).name() + ";r=" + StructuredFields.integer(quota.remaining()) + ";t="
				+ StructuredFields.integer(quota.delay());
	}

	private Policy policyOf(Limit limit) {
		Policy known = this.policies.get(limit.name());
		if (known == null || known.limit() != limit) {
			known = Policy.of(limit);
			this.policies.put(limit.name(), known);
		}
		return known;
	}

	private static String list(List<Quota> quotas, Function<Quota, String> item) {
		if (quotas.size() == 1) {
			return item.apply(quotas.get(0));
		}
		return quotas.stream().map(item).collect(Collectors.joining(", "));
	}

	/**
	 * What is told of a limit while it stays as it is defined.
	 *
	 * @param limit the limit
	 * @param name its name, quoted
	 * @param member of {@value #POLICY}
	 */
	private record Policy(Limit limit, String name, String member) {

		static Policy of(Limit limit) {
			String name = StructuredFields.string(limit.name());
			return new Policy(limit, name,
					name + ";q=" + StructuredFields.integer(MicroTokens.toWholeTokens(limit.capacity())) + ";w="
							+ StructuredFields.integer(Quota.window(limit)));
		}

	}

}
