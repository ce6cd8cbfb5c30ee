package io.openclaw.tokenbucket.gateway.key;

import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.util.StringUtils;

/**
 * Reads what may be there once. If the gateway and the service read different ones of
 * several values, a caller can choose a new bucket for every request.
 */
final class SingleValue {

	private SingleValue() {
	}

	/**
	 * Reads the one value that there is.
	 * @param values all values; {@code null} for none
	 * @param key what they are read for
	 * @return the value without blanks around it; empty if it is missing or blank; an
	 * {@link AmbiguousKeyException} if there are several
	 */
	static Mono<String> of(@Nullable List<String> values, RequestKey key) {
		if (values == null || values.isEmpty()) {
			return Mono.empty();
		}
		if (values.size() > 1) {
			return Mono.error(() -> new AmbiguousKeyException(key.source()));
		}
		String value = values.get(0);
		return StringUtils.hasText(value) ? Mono.just(value.strip()) : Mono.empty();
	}

}
