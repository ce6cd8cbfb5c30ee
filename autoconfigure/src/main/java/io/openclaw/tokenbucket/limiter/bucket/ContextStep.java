package io.openclaw.tokenbucket.limiter.bucket;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership.Numbered;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * The rules of the buckets of a limit from one change to the next. A bucket holds the
 * step that it followed last, and through it all that came since: so one that nobody uses
 * follows later, each change as of its moment. Steps that all buckets have followed are
 * garbage. Thread-safe; its limit writes it.
 */
public final class ContextStep {

	// A rate is followed much faster than anything else, but may change every second.
	private static final int WORK_OF_A_RATE = 1;

	private static final int WORK_OF_A_STEP = 64;

	private final Numbered members;

	private final int recoveries;

	private final long since;

	// Of all steps up to this one.
	private final long work;

	private volatile ActiveLimit active;

	private volatile @Nullable ContextStep next;

	/**
	 * Creates the last step.
	 * @param recoveries how often the limit left fallback
	 * @param since when the change happened that it begins with, in nanoseconds
	 */
	ContextStep(Numbered members, ActiveLimit active, int recoveries, long since) {
		this(members, active, recoveries, since, 0);
	}

	private ContextStep(Numbered members, ActiveLimit active, int recoveries, long since, long work) {
		this.members = members;
		this.active = active;
		this.recoveries = recoveries;
		this.since = since;
		this.work = work;
	}

	long number() {
		return this.members.number();
	}

	public MembershipView view() {
		return this.members.view();
	}

	public ActiveLimit active() {
		return this.active;
	}

	public Limit limit() {
		return this.active.policy().limit();
	}

	int recoveries() {
		return this.recoveries;
	}

	long since() {
		return this.since;
	}

	/**
	 * The step after this one, which must not be the last.
	 */
	ContextStep next() {
		return Objects.requireNonNull(this.next);
	}

	/**
	 * How much there is to follow from this step up to a later one: about as many steps,
	 * those aside that only change the rate.
	 */
	long stepsTo(ContextStep later) {
		return (later.work - this.work) / WORK_OF_A_STEP;
	}

	/**
	 * Takes over what buckets need not follow.
	 */
	void amend(ActiveLimit amended) {
		this.active = amended;
	}

	ContextStep then(Numbered newMembers, long now) {
		return append(new ContextStep(newMembers, this.active, this.recoveries, now, this.work + WORK_OF_A_STEP));
	}

	ContextStep then(ActiveLimit changed, long now) {
		boolean adapts = changed.definition() == this.active.definition();
		return append(new ContextStep(this.members, changed, this.recoveries, now,
				this.work + (adapts ? WORK_OF_A_RATE : WORK_OF_A_STEP)));
	}

	ContextStep recovered(long now) {
		return append(new ContextStep(this.members, this.active, this.recoveries + 1, now, this.work + WORK_OF_A_STEP));
	}

	private ContextStep append(ContextStep step) {
		this.next = step;
		return step;
	}

}
