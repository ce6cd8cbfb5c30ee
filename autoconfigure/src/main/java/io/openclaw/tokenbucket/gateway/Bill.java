package io.openclaw.tokenbucket.gateway;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

import io.openclaw.tokenbucket.limiter.decision.Charge;

/**
 * The charges of one request. Immutable.
 *
 * @param items what it costs in each limit that applies to it
 * @param keyless limits for which it lacks a key that it must have
 */
record Bill(List<Item> items, List<RequestLimit> keyless) {

	static final Bill EMPTY = new Bill(List.of(), List.of());

	static Bill of(Charge charge, RequestLimit limit) {
		return new Bill(List.of(new Item(charge, limit)), List.of());
	}

	static Bill keyless(RequestLimit limit) {
		return new Bill(List.of(), List.of(limit));
	}

	List<Charge> charges() {
		return (this.items.size() == 1) ? List.of(this.items.get(0).charge())
				: this.items.stream().map(Item::charge).toList();
	}

	Bill plus(Bill other) {
		return new Bill(concat(this.items, other.items), concat(this.keyless, other.keyless));
	}

	/**
	 * Does something with each item whose caller might be under another plan next time.
	 */
	void alternating(Consumer<Item> action) {
		for (Item item : this.items) {
			if (item.limit().plans().areChosenPerRequest()) {
				action.accept(item);
			}
		}
	}

	private static <T> List<T> concat(List<T> first, List<T> second) {
		if (first.isEmpty() || second.isEmpty()) {
			return first.isEmpty() ? second : first;
		}
		List<T> all = new ArrayList<>(first);
		all.addAll(second);
		return List.copyOf(all);
	}

	/**
	 * The charge of a request in one limit.
	 *
	 * @param charge the cost and the bucket
	 * @param limit the limit of the route that set the cost
	 */
	record Item(Charge charge, RequestLimit limit) {

		Collection<String> alternatives() {
			return this.limit.plans().alternativesTo(this.charge.limit());
		}

	}

}
