package io.openclaw.tokenbucket.limiter.membership;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * This member, and the members as it knows them now. Thread-safe.
 */
public final class CurrentMembership {

	private final AtomicReference<Numbered> current;

	private final AtomicLong births = new AtomicLong();

	public CurrentMembership(MemberId self, long now) {
		this.current = new AtomicReference<>(Numbered.of(MembershipView.alone(self, now), 0));
	}

	public MemberId self() {
		return this.current.get().view().self();
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
	public Numbered asOf(long now) {
		while (true) {
			Numbered known = this.current.get();
			if (known.isValid(now)) {
				return known;
			}
			Numbered latest = known.replacedBy(known.view().asOf(now));
			if (this.current.compareAndSet(known, latest)) {
				return latest;
			}
		}
	}

	/**
	 * Takes over a new view.
	 */
	public void replace(MembershipView newView) {
		this.current.updateAndGet((known) -> known.replacedBy(newView));
	}

	/**
	 * A view, and how many have said something else before. Immutable.
	 *
	 * @param view the members with the latest deadlines
	 * @param number grows whenever a view says more than other deadlines
	 * @param untilNanos when the first of its deadlines passes; here since every request
	 * asks for it
	 */
	public record Numbered(MembershipView view, long number, long untilNanos) {

		private static Numbered of(MembershipView view, long number) {
			return new Numbered(view, number, view.untilNanos());
		}

		private boolean isValid(long now) {
			return now - this.untilNanos < 0;
		}

		private Numbered replacedBy(MembershipView newer) {
			return of(newer, newer.agreesWith(this.view) ? this.number : this.number + 1);
		}

	}

}
