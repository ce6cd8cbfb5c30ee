package io.openclaw.tokenbucket.limiter.rule;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * The claims of a peer about this member's own spending: no more than this member spent.
 * A merge keeps the larger count, so a larger claim would hide this member's spending
 * until it caught up. Immutable.
 *
 * @param birth what this member counts its spending under
 */
record OwnClaims(Birth birth) {

	/**
	 * What of a state may be true.
	 * @param remote a state that claims to descend from this member's
	 * @param own this member's
	 * @return {@code remote} itself if all of it is believable, else a copy without the
	 * rest
	 */
	TokenBucketState credible(TokenBucketState remote, TokenBucketState own) {
		GCounter<Birth> consumed = credible(remote.consumed(), own.consumed());
		GCounter<Birth> returned = credible(remote.returned(), own.returned());
		boolean honest = consumed == remote.consumed() && returned == remote.returned();
		return honest ? remote
				: new TokenBucketState(consumed, returned, remote.granted(), remote.initial(), remote.fold());
	}

	/**
	 * Whether what was folded may be true.
	 * @param translation to a fold that claims to be of this member's state
	 * @param own this member's state
	 */
	boolean areCredible(Fold.Translation translation, TokenBucketState own) {
		TokenBucketState common = translation.undo(own);
		Fold.Baseline taken = translation.taken();
		return credible(taken.consumed(), common.consumed()) == taken.consumed()
				&& credible(taken.returned(), common.returned()) == taken.returned();
	}

	// Others may know more of its earlier births than this member, which forgot them.
	private GCounter<Birth> credible(GCounter<Birth> remote, GCounter<Birth> own) {
		long most = own.get(this.birth);
		return remote.retain((other, amount) -> !other.member().equals(this.birth.member())
				|| other.number() < this.birth.number() || (other.equals(this.birth) && amount <= most));
	}

}
