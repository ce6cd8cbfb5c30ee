package io.openclaw.tokenbucket.gateway;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/**
 * Reads what a limit's {@code settle} says: a header, a field of JSON, a size, a time, or
 * the name of a {@link ResponseCost} bean. Immutable.
 */
public final class ResponseCosts {

	private static final String HEADER = "header:";

	private static final String JSON = "json:";

	private static final String RESPONSE_SIZE = "response-size:";

	private static final String DURATION = "duration:";

	private final Map<String, ResponseCost> beans;

	/**
	 * Creates a reader.
	 * @param beans the application's own costs by bean name
	 */
	public ResponseCosts(Map<String, ResponseCost> beans) {
		this.beans = new TreeMap<>(beans);
	}

	/**
	 * Reads how requests are settled.
	 * @param text such as {@code header:X-Tokens-Used}
	 * @param onError what requests cost that failed before anybody knew
	 * @param overdraft how many tokens more a request may cost than it reserved;
	 * {@code null} for as many again
	 * @return how
	 * @throws IllegalArgumentException if it cannot be understood; the message says what
	 * is possible
	 */
	public Settling parse(String text, ErrorSettlement onError, @Nullable Long overdraft) {
		return new Settling(parse(text.strip()), onError, overdraft);
	}

	private SettlementRule parse(String rule) {
		if (rule.startsWith(HEADER)) {
			return new SettlementRule.Header(header(after(HEADER, rule)));
		}
		if (rule.startsWith(JSON)) {
			return new SettlementRule.Json(field(after(JSON, rule)));
		}
		if (rule.startsWith(RESPONSE_SIZE)) {
			return new SettlementRule.ResponseSize(bytes(after(RESPONSE_SIZE, rule)));
		}
		if (rule.startsWith(DURATION)) {
			return new SettlementRule.Time(nanos(after(DURATION, rule)));
		}
		ResponseCost bean = this.beans.get(rule);
		if (bean == null) {
			throw new IllegalArgumentException("requests are settled by header:<name>, json:<pointer>, "
					+ "response-size:<size>, duration:<time> or the name of a ResponseCost bean ("
					+ (this.beans.isEmpty() ? "there is none" : "there are: " + String.join(", ", this.beans.keySet()))
					+ ")");
		}
		return new SettlementRule.Bean(BeanCost.of(rule, bean));
	}

	private static String after(String prefix, String rule) {
		return rule.substring(prefix.length()).strip();
	}

	private static String header(String name) {
		if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
			throw new IllegalArgumentException("header: needs the name of a header, such as header:X-Tokens-Used");
		}
		return name;
	}

	private static JsonPointer field(String pointer) {
		if (!pointer.startsWith("/")) {
			throw new IllegalArgumentException(
					"json: needs a JSON pointer to a number, such as json:/usage/total_tokens");
		}
		return JsonPointer.compile(pointer);
	}

	private static long bytes(String size) {
		try {
			long bytes = DataSize.parse(size).toBytes();
			if (bytes >= 1) {
				return bytes;
			}
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			// Said below, with what it should be.
		}
		throw new IllegalArgumentException(
				"response-size: needs a size of at least one byte, such as response-size:1KB");
	}

	private static long nanos(String time) {
		try {
			Duration unit = DurationStyle.detectAndParse(time);
			if (unit.compareTo(Duration.ofMillis(1)) >= 0) {
				return unit.toNanos();
			}
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			// Said below, with what it should be.
		}
		throw new IllegalArgumentException("duration: needs a time of at least 1ms, such as duration:1s");
	}

}
