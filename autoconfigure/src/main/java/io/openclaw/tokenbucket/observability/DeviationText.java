package io.openclaw.tokenbucket.observability;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.limit.Deviation;

/**
 * Says to people why a limit is not as it is configured.
 */
public final class DeviationText {

	private DeviationText() {
	}

	/**
	 * The reason and what ends it.
	 * @param deviation the reason
	 * @return a sentence, {@code null} if there is no reason
	 */
	public static @Nullable String of(Deviation deviation) {
		return switch (deviation) {
			case NONE -> null;
			case CHANGED_AT_RUN_TIME -> "It was changed at run time. Another configuration on all gateways ends that, "
					+ "or POST {\"follow\": \"configuration\"} to the limit.";
			case NOT_DEPLOYED_EVERYWHERE ->
				"Not all gateways are configured like this one. The fleet stays with what it "
						+ "had until they are, or follows a higher revision at once.";
		};
	}

}
