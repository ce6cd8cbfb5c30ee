package io.openclaw.tokenbucket.crdt;

/**
 * One gateway process: a node and its incarnation. A newer incarnation of a node replaces
 * the older. Immutable; ordered by node, then incarnation.
 *
 * @param node the configured node id, not empty
 * @param incarnation distinguishes the processes that bore this node id one after the
 * other; larger is newer
 */
public record MemberId(String node, long incarnation) implements Comparable<MemberId> {

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
		int byNode = this.node.compareTo(other.node);
		return (byNode != 0) ? byNode : Long.compare(this.incarnation, other.incarnation);
	}

	@Override
	public String toString() {
		return this.node + "#" + this.incarnation;
	}

}
