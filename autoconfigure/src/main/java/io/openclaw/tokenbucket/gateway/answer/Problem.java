package io.openclaw.tokenbucket.gateway.answer;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonWriter;
import org.springframework.http.HttpStatus;

/**
 * Why a request was not routed, as RFC 9457 has it. Immutable.
 *
 * @param type a URI for the kind of problem, {@code about:blank} if the status says it
 * all
 * @param title the kind in words
 * @param status the status of the response
 * @param violatedPolicies names of the limits in the way, possibly none
 * @param error a sentence for people
 * @param retryAfterSeconds seconds after which the same request would be routed;
 * {@code null} if it never would
 */
public record Problem(String type, String title, HttpStatus status, List<String> violatedPolicies, String error,
		@Nullable Long retryAfterSeconds) {

	private static final String TYPES = "https://iana.org/assignments/http-problem-types#";

	private static final JsonWriter<Problem> JSON = JsonWriter.of((members) -> {
		members.add("type", Problem::type);
		members.add("title", Problem::title);
		members.add("status", (problem) -> problem.status().value());
		members.add("violated-policies", Problem::violatedPolicies)
			.when((policies) -> policies != null && !policies.isEmpty());
		members.add("error", Problem::error);
	});

	static Problem quotaExceeded(List<String> violatedPolicies, String error, long retryAfterSeconds) {
		return new Problem(TYPES + "quota-exceeded", "Request cannot be satisfied as assigned quota has been exceeded",
				HttpStatus.TOO_MANY_REQUESTS, violatedPolicies, error, retryAfterSeconds);
	}

	static Problem temporaryReducedCapacity(List<String> violatedPolicies, String error, long retryAfterSeconds) {
		return new Problem(TYPES + "temporary-reduced-capacity",
				"Request cannot be satisfied due to temporary server capacity constraints",
				HttpStatus.TOO_MANY_REQUESTS, violatedPolicies, error, retryAfterSeconds);
	}

	static Problem unacceptable(HttpStatus status, List<String> violatedPolicies, String error) {
		return new Problem("about:blank", status.getReasonPhrase(), status, violatedPolicies, error, null);
	}

	/**
	 * The problem as {@code application/problem+json}.
	 * @return an object with the members {@code type}, {@code title}, {@code status},
	 * {@code violated-policies} if there are any, and {@code error}
	 */
	public String toJson() {
		return JSON.writeToString(this);
	}

}
