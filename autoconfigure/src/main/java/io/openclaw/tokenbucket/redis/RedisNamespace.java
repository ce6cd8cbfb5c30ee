package io.openclaw.tokenbucket.redis;

import java.nio.charset.StandardCharsets;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Names of the channels and keys of one fleet. The namespace is a hash tag, so that in a
 * Redis Cluster all keys share a slot and can be read with one command. Immutable.
 *
 * @param name tells fleets on the same Redis apart, not empty
 */
record RedisNamespace(String name) {

	RedisNamespace {
		if (name.isEmpty()) {
			throw new IllegalArgumentException("namespace must not be empty");
		}
	}

	/**
	 * The channel to all members.
	 * @return its name
	 */
	byte[] all() {
		return bytes("all");
	}

	/**
	 * The channel to one node.
	 * @param member a member of the node
	 * @return its name
	 */
	byte[] inbox(MemberId member) {
		return bytes("node:" + member.node());
	}

	/**
	 * The key that a living member renews.
	 * @param member the member
	 * @return its name
	 */
	byte[] presence(MemberId member) {
		return bytes("presence:" + member.node() + '#' + member.incarnation());
	}

	/**
	 * The key that counts the incarnations of a node.
	 * @param node the node id
	 * @return its name
	 */
	byte[] incarnation(String node) {
		return bytes("incarnation:" + node);
	}

	/**
	 * The hash in which buckets are kept.
	 * @return its name
	 */
	byte[] snapshot() {
		return bytes("snapshot");
	}

	private byte[] bytes(String suffix) {
		return ("openclaw:{" + this.name + "}:" + suffix).getBytes(StandardCharsets.UTF_8);
	}

}
