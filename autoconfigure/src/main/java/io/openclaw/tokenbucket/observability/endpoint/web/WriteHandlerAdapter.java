package io.openclaw.tokenbucket.observability.endpoint.web;

import java.util.Map;
import java.util.Set;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.webflux.actuate.endpoint.web.AbstractWebFluxEndpointHandlerMapping;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.Assert;
import org.springframework.web.ErrorResponse;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.DispatchExceptionHandler;
import org.springframework.web.reactive.HandlerAdapter;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.observability.endpoint.RejectedFieldException;

/**
 * Checks the bodies of writes before their endpoint sees them. Spring Boot lets a field
 * of the body stand for a value of the path, and reports what it cannot read as it does
 * for every controller. A handler adapter and no filter: so it comes after the guards of
 * the endpoints, and sees requests that a {@code forward:} route leads to. Thread-safe.
 */
public final class WriteHandlerAdapter implements HandlerAdapter, DispatchExceptionHandler, Ordered {

	/** More bytes are not read: a part of a snapshot is half as long. */
	static final int MAX_BYTES = 256 << 10;

	private final EndpointPaths paths;

	private final WriteBodyReader reader = new WriteBodyReader();

	private final WriteProblems problems = new WriteProblems();

	/**
	 * Creates the adapter.
	 * @param paths where the endpoints are
	 */
	public WriteHandlerAdapter(EndpointPaths paths) {
		this.paths = paths;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public boolean supports(Object handler) {
		return handler instanceof HandlerMethod method
				&& method.getBeanType().getNestHost() == AbstractWebFluxEndpointHandlerMapping.class;
	}

	@Override
	public Mono<HandlerResult> handle(ServerWebExchange exchange, Object handler) {
		if (exchange.getRequest().getMethod() != HttpMethod.POST || this.paths.endpointOf(exchange).isEmpty()) {
			return next(exchange).handle(exchange, handler);
		}
		return DataBufferUtils.join(exchange.getRequest().getBody(), MAX_BYTES)
			.map(WriteHandlerAdapter::take)
			.defaultIfEmpty(new byte[0])
			.doOnNext((body) -> this.reader.check(body, namesInPath(exchange), exchange.getRequest().getQueryParams()))
			.flatMap((body) -> next(exchange).handle(with(body, exchange), handler))
			.onErrorResume(RejectedFieldException.class, (ex) -> this.problems.refused(exchange, ex))
			.onErrorResume(DataBufferLimitException.class, (ex) -> this.problems.tooLarge(exchange, MAX_BYTES));
	}

	@Override
	public Mono<HandlerResult> handleError(ServerWebExchange exchange, Throwable failure) {
		if (!(failure instanceof ErrorResponse response) || exchange.getResponse().isCommitted()) {
			return Mono.error(failure);
		}
		return Mono.justOrEmpty(this.paths.endpointOf(exchange))
			.switchIfEmpty(Mono.error(failure))
			.flatMap((endpoint) -> this.problems.undispatched(exchange, endpoint, response));
	}

	// The management port has a context, and so an adapter, of its own.
	private static HandlerAdapter next(ServerWebExchange exchange) {
		ApplicationContext context = exchange.getApplicationContext();
		Assert.state(context != null, "A request of an endpoint has a context");
		return context.getBean("requestMappingHandlerAdapter", RequestMappingHandlerAdapter.class);
	}

	private static Set<String> namesInPath(ServerWebExchange exchange) {
		Map<String, ?> variables = exchange.getAttributeOrDefault(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE,
				Map.of());
		return variables.keySet();
	}

	private static byte[] take(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

	private static ServerWebExchange with(byte[] body, ServerWebExchange exchange) {
		return exchange.mutate().request(new ServerHttpRequestDecorator(exchange.getRequest()) {

			@Override
			public Flux<DataBuffer> getBody() {
				return (body.length == 0) ? Flux.empty()
						: Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body));
			}

		}).build();
	}

}
