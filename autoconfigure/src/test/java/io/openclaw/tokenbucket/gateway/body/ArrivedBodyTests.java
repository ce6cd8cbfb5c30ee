package io.openclaw.tokenbucket.gateway.body;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

class ArrivedBodyTests {

	/** A caller may send each byte apart, and have each held as an object of its own. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 5_000 })
	void whatHasArrivedIsHeldAsOneHoweverItCame(int bytes) {
		List<byte[]> passed = pass(Flux.range(0, bytes).map((i) -> buffer("x")));
		assertThat(passed).singleElement().satisfies((all) -> assertThat(all).hasSize(bytes));
	}

	@Test
	void anEmptyBodyStaysEmpty() {
		assertThat(pass(Flux.empty())).isEmpty();
	}

	@Test
	void aLongBodyPassesWhole() {
		int pieces = 3 * ArrivedBody.MOST_BUFFERED / 1000;
		List<byte[]> passed = pass(Flux.range(0, pieces).map((i) -> buffer("x".repeat(1000))));
		assertThat(passed.stream().mapToInt((piece) -> piece.length).sum()).isEqualTo(pieces * 1000);
		assertThat(passed.get(0)).hasSizeBetween(ArrivedBody.MOST_BUFFERED, ArrivedBody.MOST_BUFFERED + 1000);
	}

	private static List<byte[]> pass(Flux<DataBuffer> content) {
		MockServerWebExchange exchange = MockServerWebExchange
			.from(MockServerHttpRequest.post("/").header("Transfer-Encoding", "chunked").body(content));
		List<byte[]> passed = new CopyOnWriteArrayList<>();
		ArrivedBody.read(exchange, (body) -> body.pass(exchange, (more) -> Mono.just(true),
				(routed) -> read(routed, passed), (stop) -> Mono.error(new IllegalStateException(stop.name())), () -> {
				}))
			.block();
		return passed;
	}

	private static Mono<Void> read(ServerWebExchange exchange, List<byte[]> pieces) {
		return exchange.getRequest().getBody().doOnNext((buffer) -> {
			byte[] bytes = new byte[buffer.readableByteCount()];
			buffer.read(bytes);
			pieces.add(bytes);
		}).then();
	}

	private static DataBuffer buffer(String text) {
		return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.US_ASCII));
	}

}
