package io.openclaw.tokenbucket.observability.endpoint;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * A problem (RFC 9457) with what an operator asked for. Immutable.
 *
 * @param type what kind of problem
 * @param title the kind in words
 * @param status the status of the answer
 * @param detail what is wrong
 */
public record ProblemView(String type, String title, int status, String detail) {

	static WebEndpointResponse<?> notFound(String detail) {
		return new WebEndpointResponse<>(
				new ProblemView("about:blank", "Not Found", WebEndpointResponse.STATUS_NOT_FOUND, detail),
				WebEndpointResponse.STATUS_NOT_FOUND, TokenBucketsWebExtension.PROBLEM);
	}

}
