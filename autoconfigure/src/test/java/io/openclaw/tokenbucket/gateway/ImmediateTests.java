package io.openclaw.tokenbucket.gateway;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class ImmediateTests {

	private final List<Integer> seen = new ArrayList<>();

	@Test
	void aKnownValueIsGoneOnWithBeforeAnybodySubscribes() {
		Mono<Integer> next = Immediate.flatMap(Mono.just(1), this::see);
		assertThat(this.seen).containsExactly(1);
		assertThat(next.block()).isEqualTo(2);
	}

	@Test
	void aValueThatComesLaterWaitsForASubscriber() {
		Mono<Integer> next = Immediate.flatMap(Mono.fromCallable(() -> 1), this::see);
		assertThat(this.seen).isEmpty();
		assertThat(next.block()).isEqualTo(2);
	}

	@Test
	void nothingGoesOnWithNothing() {
		assertThat(Immediate.flatMap(Mono.<Integer>empty(), this::see).block()).isNull();
		assertThat(this.seen).isEmpty();
	}

	@Test
	void failuresAreSignalledAndNotThrown() {
		Mono<Integer> failed = Immediate.flatMap(Mono.<Integer>error(new IllegalStateException("failed")), this::see);
		Mono<Integer> fails = Immediate.flatMap(Mono.just(1), (value) -> {
			throw new IllegalStateException("fails");
		});
		assertThatIllegalStateException().isThrownBy(failed::block).withMessage("failed");
		assertThatIllegalStateException().isThrownBy(fails::block).withMessage("fails");
	}

	private Mono<Integer> see(int value) {
		this.seen.add(value);
		return Mono.just(value + 1);
	}

}
