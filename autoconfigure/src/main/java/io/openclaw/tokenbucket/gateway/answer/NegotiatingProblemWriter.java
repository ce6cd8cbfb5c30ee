package io.openclaw.tokenbucket.gateway.answer;

import java.nio.charset.StandardCharsets;
import java.util.List;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.ConcurrentLruCache;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.HtmlUtils;

/**
 * Writes a problem in the form that the caller likes best: RFC 9457's JSON, a page for
 * browsers or a line of text. Callers that want something else get JSON, since a problem
 * in another form helps more than none. Thread-safe.
 */
public final class NegotiatingProblemWriter implements ProblemWriter {

	private static final List<MediaType> FORMS = List.of(MediaType.APPLICATION_PROBLEM_JSON, MediaType.APPLICATION_JSON,
			MediaType.TEXT_HTML, MediaType.TEXT_PLAIN);

	private static final String ANYTHING = MediaType.ALL_VALUE;

	// Rejections of one limit differ in little more than the seconds to wait.
	private static final int RENDERED = 256;

	private static final int MAX_ACCEPT_LENGTH = 256;

	private final ConcurrentLruCache<Rendering, byte[]> rendered = new ConcurrentLruCache<>(RENDERED,
			Rendering::render);

	// Programs and browsers send the same again and again.
	private final ConcurrentLruCache<String, MediaType> preferred = new ConcurrentLruCache<>(RENDERED,
			NegotiatingProblemWriter::preferred);

	@Override
	public Mono<Void> write(ServerWebExchange exchange, Problem problem) {
		ServerHttpResponse response = exchange.getResponse();
		MediaType form = preferredBy(exchange.getRequest().getHeaders());
		byte[] body = this.rendered.get(new Rendering(problem, form));
		HttpHeaders headers = response.getHeaders();
		headers.setContentType(form.getType().equals("text") ? new MediaType(form, StandardCharsets.UTF_8) : form);
		headers.setContentLength(body.length);
		headers.add(HttpHeaders.VARY, HttpHeaders.ACCEPT);
		return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
	}

	private MediaType preferredBy(HttpHeaders request) {
		List<String> lines = request.getOrEmpty(HttpHeaders.ACCEPT);
		String accept = (lines.size() == 1) ? lines.get(0) : String.join(",", lines);
		if (accept.isEmpty() || accept.equals(ANYTHING)) {
			return MediaType.APPLICATION_PROBLEM_JSON;
		}
		return (accept.length() > MAX_ACCEPT_LENGTH) ? preferred(accept) : this.preferred.get(accept);
	}

	private static MediaType preferred(String accept) {
		try {
			List<MediaType> accepted = MediaType.parseMediaTypes(accept);
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

	/**
	 * A problem in one form.
	 *
	 * @param problem what to say
	 * @param form how
	 */
	private record Rendering(Problem problem, MediaType form) {

		byte[] render() {
			return text().getBytes(StandardCharsets.UTF_8);
		}

		// A string keeps its hash, and few problems of one sentence differ.
		@Override
		public int hashCode() {
			return this.problem.error().hashCode() + this.form.getSubtype().hashCode();
		}

		private String text() {
			if (this.form.equals(MediaType.TEXT_HTML)) {
				return "<!doctype html><title>%1$d %2$s</title><h1>%2$s</h1><p>%3$s</p>%n".formatted(
						this.problem.status().value(), this.problem.status().getReasonPhrase(),
						HtmlUtils.htmlEscape(this.problem.error()));
			}
			return this.form.equals(MediaType.TEXT_PLAIN) ? this.problem.error() + "\n" : this.problem.toJson();
		}

	}

}
