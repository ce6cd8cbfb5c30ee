package io.openclaw.sample.chaos.experiment;

import java.util.Map;

/**
 * What was measured in one second.
 *
 * @param second the second of the phase, from 1
 * @param phase {@code baseline}, {@code fault} or {@code recovery}
 * @param admitted requests answered with 200 in this second
 * @param rejected requests answered with 429
 * @param errors requests answered otherwise or not at all
 * @param levels tokens of the {@code bounded} bucket by member; not a number of a member
 * that does not answer
 * @param drift requests admitted so far beside those of a perfect bucket, as part of the
 * capacity, of the limit where it is farther from 0; negative if too few
 * @param reportedDrift the highest drift ratio that a member reports; not a number if
 * none does
 * @param p50 median latency in milliseconds; not a number without answers
 * @param p95 95th percentile of the latency in milliseconds; not a number without answers
 * @param cpu cores that all gateways together were busy on
 * @param rss megabytes that all gateways together hold in memory; not a number where that
 * is not known
 */
public record Row(int second, String phase, int admitted, int rejected, int errors, Map<String, Double> levels,
		double drift, double reportedDrift, double p50, double p95, double cpu, double rss) {

	int total() {
		return this.admitted + this.rejected + this.errors;
	}

}
