package io.openclaw.tokenbucket.gateway.plan;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import com.github.benmanes.caffeine.cache.Ticker;

import org.springframework.util.ClassUtils;

/**
 * Reads the {@code plan} of a limit's configuration. Limits that name the same resolver
 * share what is known of callers. Thread-safe.
 */
public final class PlanSources {

	private static final String DEFAULT_PREFIX = "PLAN_";

	private final Map<String, PlanResolver> resolvers;

	private final ResolverSettings settings;

	private final PlanCounts counts;

	private final Map<String, PlanSource> resolved = new ConcurrentHashMap<>();

	/**
	 * Creates a parser.
	 * @param resolvers the application's own by bean name
	 * @param settings how long their answers count
	 * @param counts counts their calls
	 */
	public PlanSources(Map<String, PlanResolver> resolvers, ResolverSettings settings, PlanCounts counts) {
		this.resolvers = Map.copyOf(resolvers);
		this.settings = settings;
		this.counts = counts;
	}

	/**
	 * What counts how plans are looked up.
	 * @return the counts of all limits together
	 */
	public PlanCounts counts() {
		return this.counts;
	}

	/**
	 * Reads a plan.
	 * @param text such as {@code header:X-Plan}
	 * @param plans the plans of the limit
	 * @return the source
	 * @throws IllegalArgumentException if there is no such kind and no such bean, or a
	 * library is missing; the message says what there is
	 */
	public PlanSource parse(String text, Set<String> plans) {
		int colon = text.indexOf(':');
		String kind = ((colon < 0) ? text : text.substring(0, colon)).strip();
		String detail = (colon < 0) ? "" : text.substring(colon + 1).strip();
		return switch (kind) {
			case "header" -> new HeaderPlan(required(detail, "header:<name> needs the name of a header"));
			case "claim" -> claim(required(detail, "claim:<name> needs the name of a claim"));
			case "authority" -> authority(detail.isEmpty() ? DEFAULT_PREFIX : detail, plans);
			default -> resolver(text.strip(), plans);
		};
	}

	private static PlanSource claim(String name) {
		require("org.springframework.security.oauth2.core.ClaimAccessor",
				"a claim needs Spring Security on the class path, such as spring-boot-starter-oauth2-resource-server");
		return new ClaimPlan(name);
	}

	private static PlanSource authority(String prefix, Set<String> plans) {
		require("org.springframework.security.core.Authentication",
				"an authority needs Spring Security on the class path, such as spring-boot-starter-security");
		return new AuthorityPlan(prefix, Set.copyOf(plans));
	}

	private PlanSource resolver(String bean, Set<String> plans) {
		PlanResolver resolver = this.resolvers.get(bean);
		if (resolver == null) {
			throw new IllegalArgumentException(
					"a plan is header:<name>, claim:<name>, authority:<prefix> or the name of a PlanResolver bean ("
							+ (this.resolvers.isEmpty() ? "there is none"
									: "there are: " + String.join(", ", new TreeSet<>(this.resolvers.keySet())))
							+ ")");
		}
		require("com.github.benmanes.caffeine.cache.AsyncCache",
				"a PlanResolver needs com.github.ben-manes.caffeine:caffeine on the class path");
		if (this.settings.onFailure() != null && !plans.contains(this.settings.onFailure())) {
			throw new IllegalArgumentException("openclaw.plans.on-failure is '%s', which is none of its overrides: %s"
				.formatted(this.settings.onFailure(), String.join(", ", new TreeSet<>(plans))));
		}
		return this.resolved.computeIfAbsent(bean,
				(name) -> new ResolvedPlan(name, resolver, this.settings, this.counts, Ticker.systemTicker()));
	}

	private static void require(String type, String mistake) {
		if (!ClassUtils.isPresent(type, PlanSources.class.getClassLoader())) {
			throw new IllegalArgumentException(mistake);
		}
	}

	private static String required(String detail, String mistake) {
		if (detail.isEmpty()) {
			throw new IllegalArgumentException(mistake);
		}
		return detail;
	}

}
