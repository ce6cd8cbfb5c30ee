package io.openclaw.tokenbucket.replication.port;

/**
 * Messages that do not count between two gateways, since they have different secrets.
 * Immutable.
 *
 * @param from the node that they claim to be from; nobody vouches for it
 * @param reason why they do not count
 */
public record Refusal(String from, Reason reason) {

	/**
	 * Why messages do not count.
	 */
	public enum Reason {

		/** They are signed under a secret that is not known here. */
		OTHER_SECRET,

		/** They are not signed, and there is a secret here. */
		UNSIGNED,

		/**
		 * They are signed, and there is no secret here: they are read, but what this
		 * gateway says is refused there.
		 */
		NO_SECRET_HERE

	}

}
