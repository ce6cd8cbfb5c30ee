package io.openclaw.sample.monitoring;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The metrics on a page that Prometheus scrapes, with their labels and values of these.
 */
final class ScrapedMetrics {

	private static final Pattern LINE = Pattern.compile("^([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+.*$");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

	// What Prometheus adds when it scrapes.
	private static final Set<String> ADDED = Set.of("instance", "job");

	private static final Set<String> COMMON = Set.of("node", "region", "le");

	private final Map<String, Map<String, Set<String>>> labels = new HashMap<>();

	ScrapedMetrics(String page) {
		page.lines().map(LINE::matcher).filter(Matcher::matches).forEach((line) -> {
			Map<String, Set<String>> known = this.labels.computeIfAbsent(line.group(1), (name) -> new HashMap<>());
			if (line.group(2) != null) {
				LABEL.matcher(line.group(2))
					.results()
					.forEach((label) -> known.computeIfAbsent(label.group(1), (name) -> new HashSet<>())
						.add(label.group(2)));
			}
		});
	}

	/**
	 * Metrics, the parts of a histogram as one, with the labels that not all of ours
	 * have.
	 */
	Map<String, Set<String>> families(String... prefixes) {
		Map<String, Set<String>> families = new TreeMap<>();
		this.labels.forEach((metric, known) -> {
			String family = metric.replaceFirst("_seconds_(bucket|count|sum|max)$", "_seconds");
			if (Stream.of(prefixes).anyMatch(family::startsWith)) {
				Set<String> own = families.computeIfAbsent(family, (name) -> new TreeSet<>());
				own.addAll(known.keySet());
				own.removeAll(COMMON);
			}
		});
		return families;
	}

	boolean has(String metric) {
		return this.labels.containsKey(metric);
	}

	boolean has(String metric, String label) {
		return ADDED.contains(label) || this.labels.getOrDefault(metric, Map.of()).containsKey(label);
	}

	/**
	 * The values that a label of a metric has.
	 */
	Set<String> values(String metric, String label) {
		return new TreeSet<>(this.labels.getOrDefault(metric, Map.of()).getOrDefault(label, Set.of()));
	}

}
