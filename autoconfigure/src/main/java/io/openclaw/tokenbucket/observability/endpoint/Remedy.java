package io.openclaw.tokenbucket.observability.endpoint;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

import io.openclaw.tokenbucket.limiter.limit.Mode;

/**
 * Says to people what would have to change for the next request of a caller to be
 * admitted.
 */
final class Remedy {

	private Remedy() {
	}

	/** What opens a closed route. */
	static final String OPEN = "The route admits nobody: its redis-rate-limiter.burstCapacity is 0. Raise it to open the "
			+ "route.";

	static String of(CallerCase caller, Map<String, String> circuits) {
		String open = circuits.entrySet()
			.stream()
			.filter((circuit) -> !circuit.getValue().equals("closed"))
			.map(Map.Entry::getKey)
			.collect(Collectors.joining(", "));
		String text = (caller.policy().mode() == Mode.SHADOW)
				? "Nothing: the limit is in shadow mode and rejects nobody." : of(caller);
		return open.isEmpty() ? text : text + " The upstream of " + open
				+ " is slow: its circuit answers 429 before the bucket is asked, until the upstream is fast again.";
	}

	private static String of(CallerCase caller) {
		return switch (caller.verdict()) {
			case ADMITS -> "Nothing: the bucket has tokens for the next request.";
			case FULL -> "Nothing: the bucket is full, and so is not held.";
			case EXHAUSTED -> exhausted(caller);
			case REDUCED_CAPACITY ->
				"Members are not heard, and their part of the bucket is held aside: see the endpoint "
						+ "replication. It is free once they are heard again, or removed.";
			case FALLBACK ->
				"Other members spend more than the rules allow, so this one spends only its own part: see the "
						+ "drift of the limit.";
			case COST_ABOVE_CAPACITY -> costAboveCapacity(caller);
			case CLOSED -> OPEN;
			case UNKNOWN -> unknown(caller.place());
		};
	}

	private static String unknown(CallerPlace place) {
		return place.plan().equals(place.limit())
				? "No request with this key was decided here lately. Check the key: as the caller sends it, or its id."
				: "Nothing: no request under this plan was decided here lately.";
	}

	private static String exhausted(CallerCase caller) {
		return ("Wait %s for a request that costs %d, at a refill of %s tokens a second, or give tokens back. A caller "
				+ "that asks for more than that for long needs a higher refill rate; one that asks in bursts, a higher "
				+ "capacity.")
			.formatted(seconds(caller.timeToAdmit()), caller.cost(),
					Display.tokensPerSecond(caller.policy().limit().refillRate()).toPlainString());
	}

	private static String seconds(Duration wait) {
		long seconds = wait.plusNanos(999_999_999).toSeconds();
		return (seconds == 1) ? "1 second" : seconds + " seconds";
	}

	private static String costAboveCapacity(CallerCase caller) {
		return "The last rejected request costs %d tokens, and no bucket holds more than %s: send smaller requests, or raise the capacity."
			.formatted(caller.cost(), Display.tokens(caller.policy().limit().capacity()).toPlainString());
	}

}
