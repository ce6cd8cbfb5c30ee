package io.openclaw.tokenbucket.replication.port;

/**
 * Messages that do not count between two gateways, since they have different secrets.
 * Immutable.
 *
 * @param from the node that they claim to be from, not verified
 * @param reason the reason
 */
public record SecretMismatch(String from, Reason reason) {

	/**
	 * The reason why messages do not count.
	 */
	public enum Reason {

		/** They are signed under a secret that is not known here. */
		OTHER_SECRET,

		/** They are not signed, and there is a secret here. */
		UNSIGNED,

		/**
		 * They are signed, and there is no secret here. This gateway reads them, but the
		 * others refuse its own.
		 */
		NO_SECRET_HERE

	}

}
