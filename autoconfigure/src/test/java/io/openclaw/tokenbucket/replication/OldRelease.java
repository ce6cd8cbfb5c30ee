package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Makes of a member one of the release before: it writes version 1, says of no other, and
 * drops what is none.
 */
final class OldRelease implements ReplicationTransport {

	private final ReplicationTransport transport;

	private int unreadable;

	OldRelease(ReplicationTransport transport) {
		this.transport = transport;
	}

	/**
	 * How many messages of others it could not read.
	 */
	int unreadable() {
		return this.unreadable;
	}

	@Override
	public void start(MemberId member, Listener listener) {
		this.transport.start(member, (bus, message) -> {
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
		this.transport.publish(asBefore(message));
	}

	@Override
	public void send(MemberId recipient, byte[] message) {
		this.transport.send(recipient, asBefore(message));
	}

	@Override
	public void renewPresence(MemberId member, Duration timeToLive) {
		this.transport.renewPresence(member, timeToLive);
	}

	@Override
	public void removePresence(MemberId member) {
		this.transport.removePresence(member);
	}

	@Override
	public CompletionStage<Set<MemberId>> findPresent(Set<MemberId> members) {
		return this.transport.findPresent(members);
	}

	@Override
	public List<BusStatus> buses() {
		return this.transport.buses();
	}

	@Override
	public void close() {
		this.transport.close();
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
