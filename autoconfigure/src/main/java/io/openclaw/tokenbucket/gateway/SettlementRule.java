package io.openclaw.tokenbucket.gateway;

import java.util.OptionalLong;

import reactor.core.publisher.Mono;
import tools.jackson.core.JsonPointer;

/**
 * What a request has cost, as far as its response tells. Immutable.
 */
sealed interface SettlementRule {

	/**
	 * The cost of a request.
	 * @param response what is known of it
	 * @param ending how the request ended
	 * @return whole tokens, not negative; empty if nobody knows
	 */
	Mono<Long> costOf(ResponseMeter response, Ending ending);

	/**
	 * The value of a header of the response.
	 *
	 * @param name of the header
	 */
	record Header(String name) implements SettlementRule {

		@Override
		public Mono<Long> costOf(ResponseMeter response, Ending ending) {
			return mono(response.header(this.name));
		}

	}

	/**
	 * A field of the JSON of the response.
	 *
	 * @param field where it is
	 */
	record Json(JsonPointer field) implements SettlementRule {

		@Override
		public Mono<Long> costOf(ResponseMeter response, Ending ending) {
			return mono(response.usage(this.field));
		}

	}

	/**
	 * One token for each started unit of the body of the response.
	 *
	 * @param unit bytes, positive
	 */
	record ResponseSize(long unit) implements SettlementRule {

		@Override
		public Mono<Long> costOf(ResponseMeter response, Ending ending) {
			return (ending == Ending.FAILED || !response.hasBegun()) ? Mono.empty()
					: Mono.just(started(response.bytes(), this.unit));
		}

	}

	/**
	 * One token for each started unit of the time until the response is whole.
	 *
	 * @param unitNanos nanoseconds, positive
	 */
	record Time(long unitNanos) implements SettlementRule {

		@Override
		public Mono<Long> costOf(ResponseMeter response, Ending ending) {
			return (ending == Ending.FAILED) ? Mono.empty() : Mono.just(started(response.nanos(), this.unitNanos));
		}

	}

	/**
	 * What a bean says.
	 *
	 * @param bean the bean
	 */
	record Bean(BeanCost bean) implements SettlementRule {

		@Override
		public Mono<Long> costOf(ResponseMeter response, Ending ending) {
			return (ending == Ending.ANSWERED) ? this.bean.ask(response.exchange()) : Mono.empty();
		}

	}

	private static long started(long amount, long unit) {
		return amount / unit + ((amount % unit > 0) ? 1 : 0);
	}

	private static Mono<Long> mono(OptionalLong known) {
		return known.isPresent() ? Mono.just(known.getAsLong()) : Mono.empty();
	}

}
