package io.openclaw.sample.chaos.network;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;

import io.openclaw.tokenbucket.testing.TcpProxy;

/**
 * The network between the members of a fleet and their Redis: a proxy for each member,
 * which understands enough of the protocol to lose single messages between members while
 * everything else passes. All faults end with {@link #heal()}. Thread-safe.
 */
public final class Network implements AutoCloseable {

	private static final BiPredicate<String, String> ALL = (sender, receiver) -> true;

	private final Map<String, Link> links = new LinkedHashMap<>();

	private final Senders senders = new Senders();

	private final AtomicLong lost = new AtomicLong();

	private final AtomicLong delivered = new AtomicLong();

	private final AtomicLong strange = new AtomicLong();

	private volatile BiPredicate<String, String> passes = ALL;

	/**
	 * Starts the proxies.
	 * @param redis the port of Redis on this machine
	 * @param members the names of the members
	 */
	public Network(int redis, Collection<String> members) {
		members.forEach((member) -> this.links.put(member, new Link(member, redis)));
	}

	/**
	 * Where a member finds Redis.
	 * @param member its name
	 * @return the port
	 */
	public int port(String member) {
		return this.links.get(member).proxy.port();
	}

	/**
	 * Delays everything between a member and Redis.
	 * @param member its name
	 * @param each how long, in each direction
	 */
	public void delay(String member, Duration each) {
		this.links.get(member).delayNanos = each.toNanos();
	}

	/**
	 * Loses messages between members at random.
	 * @param ratio how many, 0 to 1
	 * @param seed of the random numbers
	 */
	public void lose(double ratio, long seed) {
		Random random = new Random(seed);
		this.passes = (sender, receiver) -> {
			synchronized (random) {
				return random.nextDouble() >= ratio;
			}
		};
	}

	/**
	 * Loses all messages of some members to some others. What these others say arrives.
	 * @param from who is no longer heard
	 * @param to by whom
	 */
	public void cutOneWay(Collection<String> from, Collection<String> to) {
		this.passes = (sender, receiver) -> !(from.contains(sender) && to.contains(receiver));
	}

	/**
	 * Loses all messages between two groups of members, in both directions.
	 * @param one a group
	 * @param other the other
	 */
	public void cut(Collection<String> one, Collection<String> other) {
		this.passes = (sender, receiver) -> !(one.contains(sender) && other.contains(receiver)
				|| other.contains(sender) && one.contains(receiver));
	}

	/**
	 * Lets nothing more pass between a member and Redis. Connections stay up.
	 * @param member its name
	 */
	public void blackHole(String member) {
		this.links.get(member).proxy.hold(true);
	}

	/**
	 * Lets nothing more pass from Redis to a member. Connections stay up.
	 * @param member its name
	 */
	public void deafen(String member) {
		this.links.get(member).proxy.holdReplies(true);
	}

	/**
	 * Resets the connections of a member to Redis. It may connect again.
	 * @param member its name
	 */
	public void reset(String member) {
		this.links.get(member).proxy.reset();
	}

	/**
	 * Resets the connections of a member to Redis, and every new one.
	 * @param member its name
	 */
	public void refuse(String member) {
		this.links.get(member).proxy.refuse(true);
		reset(member);
	}

	/**
	 * Ends all faults.
	 */
	public void heal() {
		this.passes = ALL;
		this.links.values().forEach(Link::heal);
	}

	/**
	 * Messages to members that were lost so far.
	 * @return how many
	 */
	public long lost() {
		return this.lost.get();
	}

	/**
	 * Messages to members that were not lost so far.
	 * @return how many
	 */
	public long delivered() {
		return this.delivered.get();
	}

	/**
	 * Messages that none of the members published, or long ago. They pass.
	 * @return how many so far
	 */
	public long strange() {
		return this.strange.get();
	}

	@Override
	public void close() {
		this.links.values().forEach((link) -> link.proxy.close());
	}

	private boolean arrives(RespFrame frame, String receiver) {
		byte[] message = frame.delivered();
		if (message == null) {
			return true;
		}
		String sender = this.senders.of(message);
		if (sender == null) {
			this.strange.incrementAndGet();
		}
		boolean arrives = sender == null || this.passes.test(sender, receiver);
		(arrives ? this.delivered : this.lost).incrementAndGet();
		return arrives;
	}

	/**
	 * Between one member and Redis.
	 */
	private final class Link {

		private final String member;

		private final TcpProxy proxy;

		private volatile long delayNanos;

		Link(String member, int redis) {
			this.member = member;
			Line requests = new Line(this::delay, this::remember);
			Line replies = new Line(this::delay, (frame) -> arrives(frame, member));
			this.proxy = new TcpProxy(redis, requests::relay, replies::relay);
		}

		private long delay() {
			return this.delayNanos;
		}

		private boolean remember(RespFrame frame) {
			byte[] message = frame.published();
			if (message != null) {
				Network.this.senders.published(this.member, message);
			}
			return true;
		}

		private void heal() {
			this.delayNanos = 0;
			this.proxy.refuse(false);
			this.proxy.hold(false);
		}

	}

}
