package io.openclaw.tokenbucket.gateway.answer;

import java.nio.charset.StandardCharsets;
import java.util.List;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.HtmlUtils;

/**
 * Writes a problem in the form that the caller likes best: RFC 9457's JSON, a page for
 * browsers or a line of text. Callers that want something else get JSON, since a problem
 * in another form helps more than none. Immutable.
 */
public final class NegotiatingProblemWriter implements ProblemWriter {

	private static final List<MediaType> FORMS = List.of(MediaType.APPLICATION_PROBLEM_JSON, MediaType.APPLICATION_JSON,
			MediaType.TEXT_HTML, MediaType.TEXT_PLAIN);

	@Override
	public Mono<Void> write(ServerWebExchange exchange, Problem problem) {
		ServerHttpResponse response = exchange.getResponse();
		MediaType form = preferred(exchange.getRequest().getHeaders());
		byte[] body = body(form, problem).getBytes(StandardCharsets.UTF_8);
		HttpHeaders headers = response.getHeaders();
		headers.setContentType(form.getType().equals("text") ? new MediaType(form, StandardCharsets.UTF_8) : form);
		headers.setContentLength(body.length);
		headers.add(HttpHeaders.VARY, HttpHeaders.ACCEPT);
		DataBuffer buffer = response.bufferFactory().wrap(body);
		// An answer from within the event loop's own read, right after one that was
		// routed, can leave the connection unread: reactor/reactor-netty#4361.
		return response.writeWith(Mono.just(buffer)).subscribeOn(Schedulers.parallel());
	}

	private static MediaType preferred(HttpHeaders request) {
		try {
			List<MediaType> accepted = request.getAccept();
			MimeTypeUtils.sortBySpecificity(accepted);
			return accepted.stream()
				.flatMap((range) -> FORMS.stream().filter(range::includes))
				.findFirst()
				.orElse(MediaType.APPLICATION_PROBLEM_JSON);
		}
		catch (InvalidMediaTypeException | InvalidMimeTypeException ex) {
			return MediaType.APPLICATION_PROBLEM_JSON;
		}
	}

	private static String body(MediaType form, Problem problem) {
		if (form.equals(MediaType.TEXT_HTML)) {
			return "<!doctype html><title>%1$d %2$s</title><h1>%2$s</h1><p>%3$s</p>%n".formatted(
					problem.status().value(), problem.status().getReasonPhrase(),
					HtmlUtils.htmlEscape(problem.error()));
		}
		return form.equals(MediaType.TEXT_PLAIN) ? problem.error() + "\n" : problem.toJson();
	}

}
