package io.openclaw.sample.chaos.fleet;

import java.net.http.HttpResponse;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import tools.jackson.databind.json.JsonMapper;

/**
 * The levels of one bucket, as the members of a fleet know it.
 *
 * @param byMember tokens; not a number of a member that does not answer
 */
public record Levels(Map<String, Double> byMember) {

	private static final JsonMapper mapper = JsonMapper.builder().build();

	private static final long TIMEOUT_MILLIS = 900;

	/**
	 * Asks all members at the same time.
	 * @param fleet the fleet
	 * @param members whom to ask
	 * @param limit the limit
	 * @param key the key, without characters that mean something in a path
	 * @param capacity the level of a bucket that was dropped, since it was full
	 * @return completes within a second
	 */
	public static CompletableFuture<Levels> read(Fleet fleet, Collection<String> members, String limit, String key,
			double capacity) {
		Map<String, CompletableFuture<Double>> answers = members.stream()
			.collect(Collectors.toMap((member) -> member,
					(member) -> fleet.request(member, "/actuator/tokenbuckets/" + limit + "/" + key)
						.thenApply((response) -> level(response, capacity))
						.exceptionally((failure) -> Double.NaN)
						.completeOnTimeout(Double.NaN, TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)));
		return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new)).thenApply((ignored) -> {
			Map<String, Double> levels = new TreeMap<>();
			answers.forEach((member, answer) -> levels.put(member, answer.join()));
			return new Levels(levels);
		});
	}

	private static double level(HttpResponse<String> response, double capacity) {
		return switch (response.statusCode()) {
			case 200 -> mapper.readTree(response.body()).required("level").asDouble();
			case 404 -> capacity;
			default -> Double.NaN;
		};
	}

	/**
	 * How far the members are apart.
	 * @return tokens; not a number if a member did not answer
	 */
	public double spread() {
		List<Double> levels = List.copyOf(this.byMember.values());
		if (levels.stream().anyMatch((level) -> level.isNaN())) {
			return Double.NaN;
		}
		double lowest = levels.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
		double highest = levels.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
		return highest - lowest;
	}

}
