package io.openclaw.tokenbucket.gateway.answer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Tells a gRPC or gRPC-web client why its call was not routed: as a response that
 * consists of trailers only. Clients read an HTTP status other than 200 as UNAVAILABLE,
 * and many try again at once then. Immutable.
 *
 * @see <a href= "https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC
 * over HTTP2</a>
 */
record GrpcAnswer(int status, Problem problem) {

	/** What the call says is wrong, whatever the state of the limits. */
	static final int INVALID_ARGUMENT = 3;

	/** A limit has nothing for the call. */
	static final int RESOURCE_EXHAUSTED = 8;

	/** Another gateway has to take the call. */
	static final int UNAVAILABLE = 14;

	/** The call does not say whose it is. */
	static final int UNAUTHENTICATED = 16;

	private static final String TYPE = "application/grpc";

	private static final String STATUS = "grpc-status";

	private static final String MESSAGE = "grpc-message";

	// Of the retry design, gRPC proposal A6: how long to wait, less than zero for never.
	private static final String PUSHBACK = "grpc-retry-pushback-ms";

	/**
	 * Whether a request is a call whose client needs an answer like this.
	 */
	static boolean isFor(ServerHttpRequest request) {
		String type = type(request);
		return type.startsWith(TYPE)
				&& (type.length() == TYPE.length() || "+-".indexOf(type.charAt(TYPE.length())) >= 0);
	}

	static int statusOf(HttpStatus status) {
		return switch (status) {
			case TOO_MANY_REQUESTS, CONTENT_TOO_LARGE -> RESOURCE_EXHAUSTED;
			case SERVICE_UNAVAILABLE -> UNAVAILABLE;
			default -> INVALID_ARGUMENT;
		};
	}

	Mono<Void> write(ServerHttpRequest request, ServerHttpResponse response) {
		stamp(request, response);
		response.beforeCommit(() -> Mono.fromRunnable(() -> stamp(request, response)));
		return response.setComplete();
	}

	private void stamp(ServerHttpRequest request, ServerHttpResponse response) {
		response.setStatusCode(HttpStatus.OK);
		HttpHeaders headers = response.getHeaders();
		headers.set(HttpHeaders.CONTENT_TYPE, type(request));
		headers.set(STATUS, Integer.toString(this.status));
		headers.set(MESSAGE, encode(this.problem.error()));
		Long seconds = this.problem.retryAfterSeconds();
		if (seconds != null) {
			headers.set(PUSHBACK, Long.toString(Math.multiplyExact(Math.min(seconds, Integer.MAX_VALUE), 1000L)));
		}
		else if (this.status == RESOURCE_EXHAUSTED) {
			headers.set(PUSHBACK, "-1");
		}
		// A page of another origin sees only what it is shown.
		if (headers.getAccessControlAllowOrigin() != null) {
			headers.setAccessControlExposeHeaders(List.of(STATUS, MESSAGE, PUSHBACK));
		}
	}

	private static String type(ServerHttpRequest request) {
		String type = request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
		if (type == null) {
			return "";
		}
		int parameters = type.indexOf(';');
		return ((parameters < 0) ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
	}

	/**
	 * Text as {@code grpc-message} has it: UTF-8, of which all but printable ASCII, and
	 * the percent sign, are written as a percent sign and two digits.
	 */
	static String encode(String text) {
		StringBuilder encoded = new StringBuilder(text.length());
		for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
			if (octet >= 0x20 && octet < 0x7f && octet != '%') {
				encoded.append((char) octet);
			}
			else {
				encoded.append(String.format(Locale.ROOT, "%%%02X", octet & 0xff));
			}
		}
		return encoded.toString();
	}

}
