package io.openclaw.tokenbucket.gateway.answer;

import java.util.List;

import org.springframework.boot.json.JsonWriter;
import org.springframework.http.HttpStatus;

/**
 * Why a request was not routed, as RFC 9457 has it.
 *
 * @param type what kind of problem this is
 * @param title the kind in words
 * @param status the status of the response
 * @param violatedPolicies names of the limits in the way, possibly none
 * @param error a sentence for people
 */
record Problem(String type, String title, HttpStatus status, List<String> violatedPolicies, String error) {

	private static final String TYPES = "https://iana.org/assignments/http-problem-types#";

	private static final JsonWriter<Problem> JSON = JsonWriter.of((members) -> {
		members.add("type", Problem::type);
		members.add("title", Problem::title);
		members.add("status", (problem) -> problem.status().value());
		members.add("violated-policies", Problem::violatedPolicies)
			.when((policies) -> policies != null && !policies.isEmpty());
		members.add("error", Problem::error);
	});

	static Problem quotaExceeded(List<String> violatedPolicies, String error) {
		return new Problem(TYPES + "quota-exceeded", "Request cannot be satisfied as assigned quota has been exceeded",
				HttpStatus.TOO_MANY_REQUESTS, violatedPolicies, error);
	}

	static Problem temporaryReducedCapacity(List<String> violatedPolicies, String error) {
		return new Problem(TYPES + "temporary-reduced-capacity",
				"Request cannot be satisfied due to temporary server capacity constraints",
				HttpStatus.TOO_MANY_REQUESTS, violatedPolicies, error);
	}

	static Problem badRequest(List<String> violatedPolicies, String error) {
		return new Problem("about:blank", HttpStatus.BAD_REQUEST.getReasonPhrase(), HttpStatus.BAD_REQUEST,
				violatedPolicies, error);
	}

	String toJson() {
		return JSON.writeToString(this);
	}

}
