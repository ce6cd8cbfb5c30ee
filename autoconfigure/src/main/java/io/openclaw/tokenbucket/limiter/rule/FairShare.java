package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * The part of a bucket that a member may spend before its peers acknowledge: in
 * proportion to recent demand, with a floor for members that had none. A member counts
 * its own demand once it is acknowledged, and that of others as soon as it arrives. So
 * yielding is immediate, growing needs an acknowledgement, and two members cannot both
 * believe in the larger share. Immutable.
 * <p>
 * A share that is spent without asking is the escrow of Balegas et al., <i>Extending
 * Eventually Consistent Cloud Databases for Enforcing Numeric Invariants</i>, arXiv
 * 1503.09052.
 *
 * @param share of what lies above the first part, between 0 and 1
 * @param shareOfFirst of the first part, between 0 and 1
 * @param first micro-tokens that are shared by demand alone
 */
record FairShare(double share, double shareOfFirst, double first) {

	static final FairShare WHOLE = new FairShare(1, 1, 0);

	private static final double FLOOR = 0.05;

	static FairShare of(Demand demand, MembershipView view, long capacity, long now) {
		List<MemberId> heard = view.heard();
		return (heard.size() == 1) ? WHOLE
				: of(demand.of(view.self(), now), demand.of(heard, now), heard.size(), view.isComplete(), capacity);
	}

	/**
	 * The part of a member that hears others.
	 * @param own its demand
	 * @param all the demand of those that it hears, its own included
	 * @param heard how many those are
	 * @param complete whether those are all members
	 */
	static FairShare of(double own, Demand.Total all, int heard, boolean complete, long capacity) {
		double floor = floor(capacity, heard);
		double share = (floor + own) / (floor * heard + all.sum());
		// Otherwise a member alone on a key would keep waiting for the others' floors.
		boolean byDemand = complete && all.largest() >= floor;
		return new FairShare(share, byDemand ? own / all.sum() : share, FLOOR * capacity);
	}

	/**
	 * What a member without demand shares by.
	 */
	static double floor(long capacity, int members) {
		return FLOOR * capacity / members;
	}

	/**
	 * What may be spent without an acknowledgement.
	 * @param available micro-tokens, spent but unacknowledged ones included
	 * @return micro-tokens
	 */
	double of(long available) {
		double above = available - this.first;
		return (above <= 0) ? this.shareOfFirst * available : this.shareOfFirst * this.first + this.share * above;
	}

}
