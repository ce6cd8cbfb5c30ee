package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.DelegatingTransport;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.replication.wire.Announcement;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * What lies between the members of a {@link TestFleet}: it remembers every message, and
 * loses, delays or doubles those that a test chooses.
 */
final class TestWire implements InMemoryBus.Network {

	static final Duration LATENCY = Duration.ofMillis(2);

	private final VirtualTime time;

	private final List<Sent> log = new ArrayList<>();

	private final Map<Long, Announcement> announced = new HashMap<>();

	private final Set<MemberId> serverless = new HashSet<>();

	private BiPredicate<Sent, MemberId> lost = (sent, to) -> false;

	private @Nullable Random disorder;

	private int copies = 1;

	private @Nullable Sent current;

	TestWire(VirtualTime time) {
		this.time = time;
	}

	/**
	 * All messages so far, oldest first.
	 */
	List<Sent> log() {
		return this.log;
	}

	List<Sent> sentBy(MemberId member, Duration since) {
		return this.log.stream()
			.filter((sent) -> sent.from().equals(member) && sent.at().compareTo(since) >= 0)
			.toList();
	}

	/**
	 * Loses messages from now on.
	 * @param which by message and receiver
	 */
	void lose(BiPredicate<Sent, MemberId> which) {
		this.lost = which;
	}

	void loseNothing() {
		this.lost = (sent, to) -> false;
	}

	/**
	 * Cuts the links between members and others, both ways.
	 */
	void isolate(Predicate<MemberId> members) {
		lose((sent, to) -> members.test(sent.from()) != members.test(to));
	}

	/**
	 * Takes the server, and so presence and echoes, away from a member.
	 */
	void takeServerFrom(MemberId member) {
		this.serverless.add(member);
	}

	void returnServers() {
		this.serverless.clear();
	}

	/**
	 * Delivers each message up to three times, each at another time within 300 ms.
	 */
	void disorder(Random random) {
		this.disorder = random;
	}

	/**
	 * Delivers each message twice at once.
	 */
	void doubleEverything() {
		this.copies = 2;
	}

	ReplicationTransport tap(ReplicationTransport transport, MemberId self) {
		return new Tap(transport, self);
	}

	@Override
	public List<Duration> deliveries(MemberId from, MemberId to) {
		if (from.equals(to)) {
			return this.serverless.contains(from) ? List.of() : List.of(Duration.ZERO);
		}
		if (this.current != null && this.lost.test(this.current, to)) {
			return List.of();
		}
		if (this.disorder == null) {
			return Collections.nCopies(this.copies, LATENCY);
		}
		return this.disorder.ints(1 + this.disorder.nextInt(3), 2, 300).mapToObj(Duration::ofMillis).toList();
	}

	@Override
	public boolean reachesServer(MemberId member) {
		return !this.serverless.contains(member);
	}

	/**
	 * A message on its way.
	 *
	 * @param at when it was sent, since the beginning
	 * @param from who sent it
	 * @param to whom, {@code null} if to all
	 * @param message what it says
	 */
	record Sent(Duration at, MemberId from, @Nullable MemberId to, Message message) {
	}

	private Message decode(byte[] bytes) throws MalformedMessageException {
		Message message = MessageCodec.decode(bytes, (sender, digest) -> this.announced.get(digest));
		Announcement announcement = Objects.requireNonNull(message.announcement());
		this.announced.put(announcement.digest(), announcement);
		return message;
	}

	private final class Tap extends DelegatingTransport {

		private final MemberId self;

		Tap(ReplicationTransport transport, MemberId self) {
			super(transport);
			this.self = self;
		}

		@Override
		public void publish(byte[] message) {
			record(null, message);
			super.publish(message);
		}

		@Override
		public void send(MemberId recipient, byte[] message) {
			record(recipient, message);
			super.send(recipient, message);
		}

		private void record(@Nullable MemberId recipient, byte[] bytes) {
			try {
				TestWire wire = TestWire.this;
				wire.current = new Sent(wire.time.elapsed(), this.self, recipient, wire.decode(bytes));
				wire.log.add(wire.current);
			}
			catch (MalformedMessageException ex) {
				throw new AssertionError(this.self + " sent what nobody can read: " + ex.reason(), ex);
			}
		}

	}

}
