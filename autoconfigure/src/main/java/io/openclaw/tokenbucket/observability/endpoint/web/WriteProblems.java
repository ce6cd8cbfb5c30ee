package io.openclaw.tokenbucket.observability.endpoint.web;

import java.util.List;

import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.ErrorResponse;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;

import io.openclaw.tokenbucket.observability.endpoint.FieldProblemView;
import io.openclaw.tokenbucket.observability.endpoint.ProblemView;
import io.openclaw.tokenbucket.observability.endpoint.RejectedFieldException;

/**
 * Answers requests that reach no operation of an endpoint with a problem (RFC 9457).
 * Thread-safe.
 */
final class WriteProblems {

	private static final String BLANK = "about:blank";

	private final JsonMapper json = JsonMapper.builder().build();

	Mono<HandlerResult> refused(ServerWebExchange exchange, RejectedFieldException ex) {
		return answer(exchange, HttpStatus.BAD_REQUEST, ex.view());
	}

	Mono<HandlerResult> tooLarge(ServerWebExchange exchange, int maxBytes) {
		return refused(exchange, new RejectedFieldException(WriteBodyReader.BODY, null,
				"is longer than %d bytes, the most that is read".formatted(maxBytes)));
	}

	Mono<HandlerResult> undispatched(ServerWebExchange exchange, EndpointId endpoint, ErrorResponse failure) {
		exchange.getResponse().getHeaders().putAll(failure.getHeaders());
		HttpStatusCode status = failure.getStatusCode();
		if (failure instanceof UnsupportedMediaTypeStatusException unsupported) {
			List<MediaType> supported = unsupported.getSupportedMediaTypes();
			String detail = supported.contains(MediaType.APPLICATION_JSON) ? "must be application/json"
					: "must be one of " + MediaType.toString(supported);
			return answer(exchange, status,
					new FieldProblemView(BLANK, titleOf(status), status.value(), "Content-Type " + detail,
							"Content-Type", exchange.getRequest().getHeaders().getFirst("Content-Type")));
		}
		return answer(exchange, status,
				new ProblemView(BLANK, titleOf(status), status.value(), detail(exchange, endpoint, failure)));
	}

	private static String detail(ServerWebExchange exchange, EndpointId endpoint, ErrorResponse failure) {
		if (failure.getStatusCode() == HttpStatus.METHOD_NOT_ALLOWED
				&& exchange.getRequest().getMethod() == HttpMethod.POST) {
			return "nothing can be written here without management.endpoint.%s.access=unrestricted"
				.formatted(endpoint.toLowerCaseString());
		}
		return String.valueOf(failure.getBody().getDetail());
	}

	private static String titleOf(HttpStatusCode status) {
		HttpStatus known = HttpStatus.resolve(status.value());
		return (known != null) ? known.getReasonPhrase() : "Error";
	}

	// The result is empty: the response is written already.
	private Mono<HandlerResult> answer(ServerWebExchange exchange, HttpStatusCode status, Object problem) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(status);
		response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		DataBuffer body = response.bufferFactory().wrap(this.json.writeValueAsBytes(problem));
		return response.writeWith(Mono.just(body)).then(Mono.empty());
	}

}
