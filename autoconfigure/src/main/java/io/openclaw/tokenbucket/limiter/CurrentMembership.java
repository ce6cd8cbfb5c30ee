package io.openclaw.tokenbucket.limiter;

import java.util.concurrent.atomic.AtomicReference;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The members as this process knows them now. Thread-safe.
 */
final class CurrentMembership {

	private final AtomicReference<MembershipView> view;

	CurrentMembership(MemberId self, long now) {
		this.view = new AtomicReference<>(MembershipView.alone(self, now));
	}

	MemberId self() {
		return this.view.get().self();
	}

	/**
	 * The members, deadlines that have passed included.
	 */
	MembershipView view(long now) {
		MembershipView current = this.view.get();
		MembershipView later = current.asOf(now);
		if (later != current) {
			this.view.compareAndSet(current, later);
		}
		return later;
	}

	/**
	 * Takes over a new view.
	 * @return the view before
	 */
	MembershipView replace(MembershipView newView) {
		return this.view.getAndSet(newView);
	}

}
