package io.openclaw.tokenbucket.replication;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Makes of a member one of the release before: it writes version 1, says of no other, and
 * drops what is none.
 */
final class OldRelease extends DelegatingTransport {

	private int unreadable;

	OldRelease(ReplicationTransport transport) {
		super(transport);
	}

	/**
	 * How many messages of others it could not read.
	 */
	int unreadable() {
		return this.unreadable;
	}

	@Override
	public void start(MemberId member, Listener listener) {
		super.start(member, (bus, message) -> {
			if (message[1] == 1) {
				listener.onMessage(bus, message);
			}
			else {
				this.unreadable++;
			}
		});
	}

	@Override
	public void publish(byte[] message) {
		super.publish(asBefore(message));
	}

	@Override
	public void send(MemberId recipient, byte[] message) {
		super.send(recipient, asBefore(message));
	}

	private static byte[] asBefore(byte[] message) {
		try {
			Message now = BatchCodec.decode(message);
			return BatchCodec.encode(new Message(now.sender(), now.region(), now.standing(), now.sentAt(),
					now.lastBatch(), now.wantsAcknowledgement(), now.peers(), now.ages(), now.digest(), now.batch(),
					now.transfer(), 1, 1, Sections.NONE));
		}
		catch (MalformedMessageException ex) {
			throw new AssertionError(ex);
		}
	}

}
