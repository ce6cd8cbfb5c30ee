package io.openclaw.tokenbucket.crdt;

import java.util.Comparator;

/**
 * One gateway process: a node and its incarnation. A newer incarnation of a node replaces
 * the older. Immutable; ordered by node, then incarnation.
 *
 * @param node the configured node id, not empty
 * @param incarnation distinguishes the processes that bore this node id one after the
 * other; larger is newer
 */
public record MemberId(String node, long incarnation) implements Comparable<MemberId> {

	private static final Comparator<MemberId> ORDER = Comparator.comparing(MemberId::node)
		.thenComparingLong(MemberId::incarnation);

	/**
	 * Creates a member id.
	 * @throws IllegalArgumentException if the node is empty
	 */
	public MemberId {
		if (node.isEmpty()) {
			throw new IllegalArgumentException("node must not be empty");
		}
	}

	@Override
	public int compareTo(MemberId other) {
		return ORDER.compare(this, other);
	}

	@Override
	public String toString() {
		return this.node + "#" + this.incarnation;
	}

}
