package io.openclaw.tokenbucket.observability;

import io.openclaw.tokenbucket.replication.port.SecretMismatch;

/**
 * Says whose messages do not count, and why.
 */
public final class SecretMismatchText {

	private SecretMismatchText() {
	}

	/**
	 * Describes a mismatch. Names of nodes that cannot be configured never occur.
	 * @param mismatch whose messages do not count
	 * @return a sentence without a full stop
	 */
	public static String of(SecretMismatch mismatch) {
		return switch (mismatch.reason()) {
			case OTHER_SECRET ->
				mismatch.from() + " signs under another secret and shares no budget with this gateway: set the same"
						+ " openclaw.crdt.secret on both";
			case UNSIGNED -> mismatch.from()
					+ " has no secret and shares no budget with this gateway: set openclaw.crdt.secret there";
			case NO_SECRET_HERE ->
				mismatch.from() + " signs under a secret, and this gateway has none: set openclaw.crdt.secret here";
		};
	}

}
