package io.openclaw.tokenbucket.console;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Serves the page, its files and its stream. Immutable.
 */
public final class ConsoleRoutes {

	// Proxies close what is silent for a minute; samples come oftener, this is for
	// pauses.
	private static final Duration HEARTBEAT = Duration.ofSeconds(15);

	private static final Duration FILES_ARE_FRESH = Duration.ofHours(1);

	private final ConsoleSettings settings;

	private final ConsolePage page;

	private final ConsoleStream stream;

	/**
	 * Creates the routes.
	 * @param settings what the page is told
	 * @param stream the samples
	 * @param json writes a value as JSON
	 */
	public ConsoleRoutes(ConsoleSettings settings, ConsoleStream stream, Function<Object, String> json) {
		this.settings = settings;
		this.page = new ConsolePage(settings, json);
		this.stream = stream;
	}

	/**
	 * The routes below the path of the settings.
	 * @return a function that serves GET only
	 */
	public RouterFunction<ServerResponse> routes() {
		String path = this.settings.path();
		return RouterFunctions.route()
			.GET(path, (request) -> html(request))
			.GET(path + "/", (request) -> html(request))
			.GET(path + "/events", this::events)
			.GET(path + "/assets/{name}", (request) -> file(this.page.asset(request.pathVariable("name"))))
			.build();
	}

	private Mono<ServerResponse> html(ServerRequest request) {
		String contextPath = request.requestPath().contextPath().value();
		return ServerResponse.ok()
			.contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
			.cacheControl(CacheControl.noStore())
			.headers(secure())
			.header("Content-Security-Policy", this.page.contentSecurityPolicy())
			.bodyValue(this.page.html(contextPath));
	}

	private Mono<ServerResponse> file(@Nullable Resource resource) {
		if (resource == null) {
			return ServerResponse.notFound().build();
		}
		return ServerResponse.ok()
			.contentType(MediaTypeFactory.getMediaType(resource).orElse(MediaType.APPLICATION_OCTET_STREAM))
			.cacheControl(CacheControl.maxAge(FILES_ARE_FRESH))
			.headers(secure())
			.bodyValue(resource);
	}

	private Mono<ServerResponse> events(ServerRequest request) {
		Flux<ServerSentEvent<String>> samples = this.stream.samples()
			.map((sample) -> ServerSentEvent.builder(sample).build());
		Flux<ServerSentEvent<String>> heartbeats = Flux.interval(HEARTBEAT)
			.onBackpressureDrop()
			.map((tick) -> ServerSentEvent.<String>builder().comment("alive").build());
		return ServerResponse.ok()
			.contentType(MediaType.TEXT_EVENT_STREAM)
			.cacheControl(CacheControl.noStore())
			.header("X-Accel-Buffering", "no")
			.headers(shareWith(request.headers().firstHeader(HttpHeaders.ORIGIN)))
			.body(samples.mergeWith(heartbeats).takeUntilOther(this.stream.ended()), ServerSentEvent.class);
	}

	private Consumer<HttpHeaders> shareWith(@Nullable String origin) {
		return (headers) -> {
			headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
			if (origin != null && this.settings.isTrusted(origin)) {
				headers.setAccessControlAllowOrigin(origin);
				headers.setAccessControlAllowCredentials(true);
			}
		};
	}

	private static Consumer<HttpHeaders> secure() {
		return (headers) -> {
			headers.set("X-Content-Type-Options", "nosniff");
			headers.set("Referrer-Policy", "no-referrer");
		};
	}

}
