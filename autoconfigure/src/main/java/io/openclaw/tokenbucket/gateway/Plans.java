package io.openclaw.tokenbucket.gateway;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.plan.PlanCounts;
import io.openclaw.tokenbucket.gateway.plan.PlanSource;

/**
 * Which limit stands in for a limit, for whom: lists of keys come first, then what each
 * request or a resolver says. Thread-safe.
 *
 * @param limit the limit that counts for all others
 * @param limitByPlan the limits that may stand in, by the name of the plan
 * @param overrides the keys that are configured
 * @param changed the keys of a limit that were put under it, or taken from it, at run
 * time
 * @param lists the keys that are listed elsewhere
 * @param source says the plans of all others; {@code null} if they have none
 * @param counts counts requests under plans that there are not
 */
public record Plans(String limit, Map<String, String> limitByPlan, Overrides overrides,
		Function<String, Map<String, Boolean>> changed, PlanLists lists, @Nullable PlanSource source,
		PlanCounts counts) {

	/**
	 * None.
	 * @param limit the limit that counts for all
	 * @return plans for nobody
	 */
	public static Plans none(String limit) {
		return new Plans(limit, Map.of(), Overrides.NONE, (plan) -> Map.of(), new PlanLists(), null, new PlanCounts());
	}

	/**
	 * The limit of a caller that some list has.
	 * @param name the key under which the limiter knows it
	 * @param formerNames under which the limiter knew it before
	 * @return the name of a limit; {@code null} if the caller is on no list
	 */
	@Nullable String listed(String name, Supplier<List<String>> formerNames) {
		if (this.limitByPlan.isEmpty()) {
			return null;
		}
		String added = added(name);
		if (added != null) {
			return added;
		}
		String own = kept(name, this.overrides.limitOf(name, formerNames));
		return (own != null) ? own : kept(name, this.lists.of(this.limit).limitOf(name, formerNames));
	}

	private @Nullable String added(String name) {
		for (String own : this.limitByPlan.values()) {
			if (Boolean.TRUE.equals(this.changed.apply(own).get(name))) {
				return own;
			}
		}
		return null;
	}

	private @Nullable String kept(String name, @Nullable String own) {
		return (own != null && Boolean.FALSE.equals(this.changed.apply(own).get(name))) ? null : own;
	}

	/**
	 * The limit of a caller that no list has.
	 * @param exchange the request
	 * @param key what the caller sends
	 * @param name the key under which the limiter knows it
	 * @return the name of a limit
	 */
	Mono<String> chosen(ServerWebExchange exchange, String key, String name) {
		return (this.source == null) ? Mono.just(this.limit)
				: this.source.planOf(exchange, key, name).map(this::limitOf).defaultIfEmpty(this.limit);
	}

	/**
	 * The limits that a caller may be under whom an operator names, and why.
	 * @param name the key under which the limiter knows the caller
	 * @param formerNames under which the limiter knew it before
	 * @return reasons for people by limits; one limit, but where each request brings its
	 * plan
	 */
	Map<String, String> explain(String name, Supplier<List<String>> formerNames) {
		String added = added(name);
		if (added != null) {
			return Map.of(added, "the key was added at run time");
		}
		String override = kept(name, this.overrides.limitOf(name, formerNames));
		if (override != null) {
			return Map.of(override, "the key is listed in overrides");
		}
		String listed = listed(name, formerNames);
		if (listed != null) {
			return Map.of(listed, "the key is listed in the file of plans");
		}
		if (this.source == null) {
			return Map.of(this.limit, "no plan lists the key");
		}
		if (!this.source.isPerRequest()) {
			String plan = this.source.heldPlanOf(name);
			return (plan != null)
					? Map.of(this.limitByPlan.getOrDefault(plan, this.limit),
							"%s says '%s'".formatted(this.source.description(), plan))
					: Map.of(this.limit, this.source.description() + " says nothing, or was not asked lately");
		}
		Map<String, String> reasons = new TreeMap<>();
		reasons.put(this.limit,
				"requests for which %s names no plan of the limit".formatted(this.source.description()));
		this.limitByPlan.forEach((plan, own) -> reasons.put(own,
				"requests for which %s says '%s'".formatted(this.source.description(), plan)));
		return reasons;
	}

	/**
	 * The keys that are configured, as they were changed at run time since.
	 * @return keys in order by the name of the limit that stands in
	 */
	public Map<String, List<String>> keysByLimit() {
		Map<String, Set<String>> keys = new TreeMap<>();
		this.overrides.keysByLimit().forEach((own, listed) -> keys.put(own, new TreeSet<>(listed)));
		this.limitByPlan.values().forEach((own) -> this.changed.apply(own).forEach((key, added) -> {
			Set<String> ofLimit = keys.computeIfAbsent(own, (none) -> new TreeSet<>());
			if (added) {
				ofLimit.add(key);
			}
			else {
				ofLimit.remove(key);
			}
		}));
		Map<String, List<String>> lists = new TreeMap<>();
		keys.forEach((own, listed) -> lists.put(own, List.copyOf(listed)));
		return lists;
	}

	/**
	 * Whether two requests of one caller may be under different plans.
	 */
	boolean areChosenPerRequest() {
		return this.source != null && this.source.isPerRequest();
	}

	/**
	 * The limits that a caller may be under instead of one.
	 */
	Collection<String> alternativesTo(String one) {
		return Stream.concat(Stream.of(this.limit), this.limitByPlan.values().stream())
			.filter((other) -> !other.equals(one))
			.toList();
	}

	/**
	 * Whether a limit stands in for somebody.
	 * @param name the name of a limit
	 * @return {@code true} if it may
	 */
	boolean include(String name) {
		return this.limitByPlan.containsValue(name);
	}

	private String limitOf(String plan) {
		String own = this.limitByPlan.get(plan);
		if (own == null) {
			this.counts.countUnknown();
			return this.limit;
		}
		return own;
	}

}
