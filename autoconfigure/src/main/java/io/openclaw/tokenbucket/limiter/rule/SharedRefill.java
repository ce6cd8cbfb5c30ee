package io.openclaw.tokenbucket.limiter.rule;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.Refill;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * The refill of a bucket: equal parts for the members heard, up to one moment. What the
 * cap or unheard members withhold is lost for good. Otherwise an idle hour would refill
 * the bucket at every later touch. Amounts are micro-tokens, times nanoseconds of one
 * clock. Mutable, confined to its bucket.
 */
final class SharedRefill {

	private final Refill refill;

	private long settledAt;

	// What others did not grant as well, and have not been told.
	private long grantedApart;

	SharedRefill(Limit limit, MembershipView view, long settledAt) {
		this(new Refill(limit.refillRate(), view.size()), settledAt, 0);
	}

	private SharedRefill(Refill refill, long settledAt, long grantedApart) {
		this.refill = refill;
		this.settledAt = settledAt;
		this.grantedApart = grantedApart;
	}

	static SharedRefill unpack(PackedReader reader, Limit limit, MembershipView view, long settledAt) {
		Refill refill = new Refill(limit.refillRate(), view.size(), reader.number());
		return new SharedRefill(refill, settledAt, reader.number());
	}

	void pack(PackedWriter writer) {
		writer.number(this.refill.carried());
		writer.number(this.grantedApart);
	}

	long settledAt() {
		return this.settledAt;
	}

	boolean isSettled(long now) {
		return now - this.settledAt <= 0;
	}

	/**
	 * Grants what has accrued.
	 * @param room for how much there is room at all members heard
	 * @param state is granted to
	 * @param now the current time, later than the last
	 * @return how much was granted to all together
	 */
	long settle(long room, MembershipView view, BufferedState state, long now) {
		long elapsed = now - this.settledAt;
		this.settledAt = now;
		// Nobody counts a joiner's share yet: its refill would come on top of theirs.
		if (room <= 0 || view.isJoining()) {
			this.refill.withhold();
			return 0;
		}
		int heard = view.heard().size();
		long each = this.refill.accrue(elapsed, room / heard);
		long rest = room - each * heard;
		// The last few micro-tokens do not divide, but a request may cost them all.
		long last = (rest < heard) ? rest : 0;
		state.grant(each, last);
		long granted = each * heard + last;
		if (!view.isComplete() || view.isAlone()) {
			this.grantedApart += granted;
		}
		return granted;
	}

	void changeRate(RefillRate rate) {
		this.refill.changeRate(rate);
	}

	void divideAmong(int members) {
		this.refill.divideAmong(members);
	}

	/**
	 * This member granted what others may not have.
	 */
	void grantApart(long amount) {
		this.grantedApart += amount;
	}

	/**
	 * Whether what was granted while not all were heard is worth telling. Less than a
	 * token of all members together is not.
	 */
	boolean hasNews(MembershipView view) {
		return this.grantedApart >= MicroTokens.PER_TOKEN / view.size() && view.isComplete() && !view.isAlone();
	}

	void tell() {
		this.grantedApart = 0;
	}

}
