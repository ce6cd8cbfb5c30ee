package io.openclaw.tokenbucket.gateway;

import java.util.Map;
import java.util.TreeSet;

import reactor.core.publisher.Mono;

import org.springframework.util.unit.DataSize;
import org.springframework.web.server.ServerWebExchange;

/**
 * Reads what a limit's {@code cost} says: a number of tokens, a number of bytes that cost
 * a token, what is reserved until the cost is known, or the name of a {@link RequestCost}
 * bean. Immutable.
 */
public final class RequestCosts {

	private static final String PAYLOAD_SIZE = "payload-size:";

	private static final String RESERVE = "reserve:";

	private static final String POST_PAID = "post-paid";

	private final Map<String, RequestCost> beans;

	/**
	 * Creates a reader.
	 * @param beans the application's own costs by bean name
	 */
	public RequestCosts(Map<String, RequestCost> beans) {
		this.beans = Map.copyOf(beans);
	}

	/**
	 * Whether a cost is taken in advance by what it says.
	 * @param text the cost
	 * @return {@code true} if the request must be settled
	 */
	public static boolean isInAdvance(String text) {
		return text.strip().startsWith(RESERVE) || isPostPaid(text);
	}

	/**
	 * Whether a cost reserves nothing, so that a request is admitted while there is
	 * anything.
	 * @param text the cost
	 * @return {@code true} if all is paid afterwards
	 */
	public static boolean isPostPaid(String text) {
		return POST_PAID.equals(text.strip());
	}

	/**
	 * Whether a cost is one that can be settled afterwards.
	 * @param text the cost
	 * @return {@code false} if the cost is final
	 */
	public boolean canBeSettled(String text) {
		return isInAdvance(text) || this.beans.containsKey(text.strip());
	}

	/**
	 * Reads a cost.
	 * @param text such as {@code 1} or {@code payload-size:1KB}
	 * @param capacity the capacity of the limit in tokens, which a fixed cost must not
	 * exceed
	 * @return the cost
	 * @throws IllegalArgumentException if it is neither a number between one and the
	 * capacity nor the name of a bean; the message says what is possible
	 */
	public RequestCost parse(String text, long capacity) {
		String cost = text.strip();
		if (cost.matches("[+-]?\\d+")) {
			return new FixedCost(parseTokens(cost, capacity));
		}
		if (cost.startsWith(RESERVE)) {
			return new FixedCost(parseTokens(cost.substring(RESERVE.length()).strip(), capacity));
		}
		if (isPostPaid(cost)) {
			return new FixedCost(0);
		}
		if (cost.startsWith(PAYLOAD_SIZE)) {
			return new PayloadSizeCost(parseSize(cost.substring(PAYLOAD_SIZE.length())));
		}
		RequestCost bean = this.beans.get(cost);
		if (bean == null) {
			throw new IllegalArgumentException(
					"a cost is a whole number of tokens, payload-size:<size>, reserve:<tokens>, post-paid or the name of a RequestCost bean ("
							+ (this.beans.isEmpty() ? "there is none"
									: "there are: " + String.join(", ", new TreeSet<>(this.beans.keySet())))
							+ ")");
		}
		return BeanCost.of(cost, bean)::ask;
	}

	private static long parseTokens(String text, long capacity) {
		try {
			long tokens = Long.parseLong(text);
			if (tokens >= 1 && tokens <= capacity) {
				return tokens;
			}
		}
		catch (NumberFormatException ex) {
			// A number beyond any capacity.
		}
		throw new IllegalArgumentException(
				"a request costs at least 1 token and at most the capacity, which is " + capacity);
	}

	private static long parseSize(String text) {
		try {
			long bytes = DataSize.parse(text.strip()).toBytes();
			if (bytes >= 1) {
				return bytes;
			}
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			// Said below, with what it should be.
		}
		throw new IllegalArgumentException("payload-size needs a size of at least one byte, such as payload-size:1KB");
	}

	/**
	 * The same for every request.
	 *
	 * @param tokens whole tokens
	 */
	record FixedCost(long tokens) implements RequestCost {

		@Override
		public Mono<Long> of(ServerWebExchange exchange) {
			return Mono.just(this.tokens);
		}

	}

}
