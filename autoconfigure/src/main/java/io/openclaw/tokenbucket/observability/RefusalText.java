package io.openclaw.tokenbucket.observability;

import io.openclaw.tokenbucket.replication.port.Refusal;

/**
 * Says whose messages do not count, and why.
 */
public final class RefusalText {

	private RefusalText() {
	}

	/**
	 * Describes a refusal. Names of nodes that cannot be configured never occur.
	 * @param refusal whose messages do not count
	 * @return a sentence without a full stop
	 */
	public static String of(Refusal refusal) {
		return switch (refusal.reason()) {
			case OTHER_SECRET ->
				refusal.from() + " signs under another secret and shares no budget with this gateway: set the same"
						+ " openclaw.crdt.secret on both";
			case UNSIGNED -> refusal.from()
					+ " has no secret and shares no budget with this gateway: set openclaw.crdt.secret there";
			case NO_SECRET_HERE ->
				refusal.from() + " signs under a secret, and this gateway has none: set openclaw.crdt.secret here";
		};
	}

}
