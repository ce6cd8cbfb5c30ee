package io.openclaw.tokenbucket.limiter.membership;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Who this member is, and the members as it knows them now. Thread-safe.
 */
public final class CurrentMembership {

	private final AtomicReference<MembershipView> view;

	private final AtomicLong births = new AtomicLong();

	public CurrentMembership(MemberId self, long now) {
		this.view = new AtomicReference<>(MembershipView.alone(self, now));
	}

	public MemberId self() {
		return this.view.get().self();
	}

	/**
	 * What the next bucket that this member creates counts under.
	 */
	public Birth nextBirth() {
		return new Birth(self(), this.births.incrementAndGet());
	}

	/**
	 * The members, deadlines that have passed included.
	 */
	public MembershipView view(long now) {
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
	public MembershipView replace(MembershipView newView) {
		return this.view.getAndSet(newView);
	}

}
