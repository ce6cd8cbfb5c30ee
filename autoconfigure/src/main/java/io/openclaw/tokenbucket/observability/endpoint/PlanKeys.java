package io.openclaw.tokenbucket.observability.endpoint;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;

/**
 * Which keys an operator puts under a plan, or takes from it. Immutable.
 *
 * @param control changes limits
 * @param keys finds callers
 */
record PlanKeys(LimitControl control, KeyLookup keys) {

	private static final int MAX_LENGTH = 256;

	// Of all plans together: definitions travel in one message to who lacks them.
	private static final int MAX_CHARACTERS = 200_000;

	/**
	 * Makes the change of one key.
	 * @param limit the name of the limit that is a plan
	 * @param addKey whom to put under it; {@code null} for nobody
	 * @param removeKey whom to take from it; {@code null} for nobody
	 * @param others all other fields
	 * @return the change
	 * @throws RejectedFieldException if it cannot be made
	 */
	Change read(String limit, @Nullable String addKey, @Nullable String removeKey, Stream<@Nullable String> others) {
		String field = (addKey != null) ? "addKey" : "removeKey";
		String sent = Objects.requireNonNullElse((addKey != null) ? addKey : removeKey, "").strip();
		if (addKey != null && removeKey != null || others.anyMatch(Objects::nonNull)) {
			throw new RejectedFieldException(field, sent, "must be sent alone");
		}
		if (!StringUtils.hasText(sent)) {
			throw new RejectedFieldException(field, sent, "must be a key, or the id of an API key");
		}
		RequestView requests = this.keys.requestsTo(limit);
		if (requests == null || requests.limit().equals(limit)) {
			throw new RejectedFieldException(field, sent,
					"is for plans, such as <limit>.<plan>: a limit itself has no keys");
		}
		String name = this.keys.callerOf(limit, sent);
		LimitDefinition current = Objects.requireNonNull(this.control.definitions().get(limit));
		if (name.length() > MAX_LENGTH
				|| !current.keys().containsKey(name) && (current.keys().size() >= LimitDefinition.MAX_KEYS
						|| characters() + name.length() > MAX_CHARACTERS)) {
			throw new RejectedFieldException(field, null,
					"is too much: a key has %d characters at most, and a plan %d keys that were changed at run time. List more in openclaw.plans.file"
						.formatted(MAX_LENGTH, LimitDefinition.MAX_KEYS));
		}
		return new Change(limit, requests.limit(), name, addKey != null);
	}

	private int characters() {
		return this.control.definitions()
			.values()
			.stream()
			.flatMap((definition) -> definition.keys().keySet().stream())
			.mapToInt(String::length)
			.sum();
	}

	/**
	 * The other plans of the limit that have a key at run time: nobody is under two.
	 */
	List<String> othersWith(Change change) {
		return this.control.definitions()
			.entrySet()
			.stream()
			.filter((plan) -> !plan.getKey().equals(change.limit())
					&& Boolean.TRUE.equals(plan.getValue().keys().get(change.key())))
			.map(Map.Entry::getKey)
			.filter((plan) -> isPlanOf(change.parent(), plan))
			.toList();
	}

	private boolean isPlanOf(String parent, String plan) {
		RequestView requests = this.keys.requestsTo(plan);
		return requests != null && requests.limit().equals(parent);
	}

	/**
	 * What becomes of one key.
	 *
	 * @param limit the name of the limit that is the plan
	 * @param parent the limit that routes name
	 * @param key the key as the limiter knows it
	 * @param added whether it is put under the plan
	 */
	record Change(String limit, String parent, String key, boolean added) {
	}

}
