package io.openclaw.tokenbucket.gateway;

import java.util.concurrent.Callable;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.Fuseable.ScalarCallable;
import reactor.core.publisher.Mono;

/**
 * Goes on at once with what is known already. An operator would cost a request more than
 * its decision does.
 */
final class Immediate {

	private Immediate() {
	}

	/**
	 * The same as {@link Mono#flatMap}, but asks a value that is known without a
	 * subscription.
	 * @param value what to go on with
	 * @param next how; is run at once if the value is known
	 */
	static <T, R> Mono<R> flatMap(Mono<T> value, Function<? super T, Mono<R>> next) {
		Callable<T> known = known(value);
		if (known == null) {
			return value.flatMap(next);
		}
		try {
			T now = known.call();
			return (now != null) ? next.apply(now) : Mono.empty();
		}
		catch (Exception ex) {
			return Mono.error(ex);
		}
	}

	/**
	 * A value that is known.
	 * @param value the value
	 * @return answers {@code null} if it is known that there is none, and throws what the
	 * value fails with; {@code null} if only a subscription tells
	 */
	@SuppressWarnings("unchecked")
	static <T> @Nullable Callable<T> known(Mono<T> value) {
		return (value instanceof ScalarCallable<?>) ? (ScalarCallable<T>) value : null;
	}

}
