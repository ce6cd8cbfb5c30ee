package io.openclaw.tokenbucket.replication;

import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * Keeps the sums of a bucket so far from overflow that nothing that a peer sends can turn
 * a level upside down or throw into a request.
 */
final class AmountRange {

	private static final long MOST = WireReader.LARGEST;

	private AmountRange() {
	}

	/**
	 * Whether a state may be merged.
	 * @param own what is held here
	 * @param remote what a peer sent
	 * @return whether the sums stay in range
	 */
	static boolean holds(TokenBucketState own, TokenBucketState remote) {
		if (!holds(remote)) {
			return false;
		}
		// Almost always enough, and much quicker than to merge.
		boolean far = remote.consumed().sum() <= MOST - own.consumed().sum() && remote.granted().sum()
				+ remote.returned().sum() <= MOST - own.granted().sum() - own.returned().sum();
		return far || own.isAtLeast(remote) || mergedHolds(own, remote);
	}

	private static boolean mergedHolds(TokenBucketState own, TokenBucketState remote) {
		try {
			return holds(own.merge(remote));
		}
		catch (ArithmeticException ex) {
			return false;
		}
	}

	private static boolean holds(TokenBucketState state) {
		return state.consumed().sum() <= MOST && state.returned().sum() <= MOST - state.granted().sum();
	}

}
