package io.openclaw.sample.monitoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What an expression of PromQL names, as far as ours go: selectors and the labels of
 * aggregations.
 *
 * @param selectors metrics with their matchers
 * @param grouping labels by which is aggregated
 */
record PromQl(List<Selector> selectors, Set<String> grouping) {

	private static final Pattern GROUPING = Pattern
		.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");

	// A name that no parenthesis follows is no function.
	private static final Pattern SELECTOR = Pattern
		.compile("\\b([a-zA-Z_][\\w:]*)\\b(?!\\s*\\()\\s*(?:\\{([^}]*)})?(?:\\[[^]]*])?");

	private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");

	private static final Set<String> KEYWORDS = Set.of("and", "or", "unless", "bool", "offset", "sum", "max", "min",
			"count", "avg");

	static PromQl parse(String expression) {
		Set<String> grouping = new TreeSet<>();
		GROUPING.matcher(expression)
			.results()
			.flatMap((found) -> Pattern.compile(",").splitAsStream(found.group(1)))
			.map(String::strip)
			.forEach(grouping::add);
		List<Selector> selectors = new ArrayList<>();
		SELECTOR.matcher(GROUPING.matcher(expression).replaceAll(" "))
			.results()
			.filter((found) -> !KEYWORDS.contains(found.group(1)))
			.forEach((found) -> selectors.add(selector(found)));
		return new PromQl(selectors, grouping);
	}

	private static Selector selector(MatchResult found) {
		List<Match> matches = (found.group(2) == null) ? List.of()
				: MATCHER.matcher(found.group(2))
					.results()
					.map((match) -> new Match(match.group(1), match.group(2), match.group(3)))
					.toList();
		return new Selector(found.group(1), matches);
	}

	record Selector(String metric, List<Match> matches) {
	}

	record Match(String label, String operator, String value) {

		/**
		 * The values that must be there for it to select anything; none where a
		 * dashboard's variable stands in.
		 */
		List<String> wanted() {
			return (this.operator.startsWith("!") || this.value.contains("$")) ? List.of()
					: List.of(this.value.split("\\|"));
		}

	}

}
