package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.replication.MemberStatus;
import io.openclaw.tokenbucket.replication.port.DelegatingTransport;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * A fleet with many buckets in which a member dies, in virtual time. Each thread of a
 * member is busy for as long as its tasks took of the processor, as if it had a core of
 * its own: what is due meanwhile begins late, and what a task sends leaves late. One key
 * is asked for a hundred times a second at each member, so that requests wait for
 * acknowledgements. Without the network, Redis and the collector.
 */
public final class ManyBucketsLoss {

	private static final String LIMIT = "rating";

	private static final String HOT = "hot";

	private static final List<LimitPolicy> LIMITS = List.of(
			VirtualMember.limit(LIMIT, RefillRate.of(1, Duration.ofHours(1))),
			VirtualMember.limit(HOT, RefillRate.of(200, Duration.ofSeconds(1))));

	private static final Duration STEP = Duration.ofMillis(10);

	private static final Duration WARM_UP = Duration.ofSeconds(20);

	// Longer than a lost gateway stays a member.
	private static final Duration AFTER = Duration.ofSeconds(45);

	private static final int WARM_UP_BUCKETS = 20_000;

	private final VirtualTime time = new VirtualTime();

	private final ChargedTime charged = new ChargedTime(this.time);

	private final InMemoryBus bus = new InMemoryBus(this.charged, this.charged, new Near());

	private final List<Member> members = new ArrayList<>();

	private Seen seen = new Seen();

	private ManyBucketsLoss(int members) {
		for (int i = 0; i < members; i++) {
			this.members.add(new Member("gateway-" + i));
		}
		this.time.advance(Duration.ofSeconds(5));
		if (!this.members.stream().allMatch((member) -> member.hears(this.members))) {
			throw new IllegalStateException("The members have not found each other");
		}
	}

	/**
	 * Runs the benchmark.
	 * @param arguments how many gateways, buckets, and new buckets a second of all; 5,
	 * 1,000,000 and 20,000 if there are none
	 */
	public static void main(String[] arguments) {
		int members = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 5;
		int buckets = (arguments.length > 1) ? Integer.parseInt(arguments[1]) : 1_000_000;
		int perSecond = (arguments.length > 2) ? Integer.parseInt(arguments[2]) : 20_000;
		warmUp(members, perSecond);
		ManyBucketsLoss fleet = new ManyBucketsLoss(members);
		Table table = new Table(
				Samples.format("%d gateways with %,d buckets each, of which one dies, in virtual time; %s", members,
						buckets, Table.machine()),
				"when", "for", "the others hear each other", "longest silence ms",
				"longest pause between messages of one ms", "requests that waited", "request ms p50, p99, longest",
				"longest of a new bucket ms", "longest task ms: replication, saving, deadlines", "latest task ms",
				"CPU: replication, saving");
		fleet.row(table, perSecond + " new buckets a second", () -> fleet.fill(buckets, perSecond));
		fleet.row(table, "at rest", () -> fleet.pass(AFTER));
		fleet.row(table, "after the death", () -> {
			fleet.killLast();
			fleet.pass(AFTER);
		});
		fleet.row(table, "later", () -> fleet.pass(AFTER));
	}

	// All phases, so that what is measured is compiled.
	private static void warmUp(int members, int perSecond) {
		ManyBucketsLoss fleet = new ManyBucketsLoss(members);
		fleet.fill(WARM_UP_BUCKETS, perSecond);
		fleet.pass(WARM_UP);
		fleet.killLast();
		fleet.pass(AFTER);
	}

	private void row(Table table, String what, Runnable phase) {
		this.members.forEach(Member::reset);
		this.seen = new Seen();
		long begin = this.time.nanoTime();
		phase.run();
		double seconds = (this.time.nanoTime() - begin) / 1e9;
		Samples waits = Samples.of(this.seen.waits, Double::doubleValue);
		table.row(what, Samples.format("%.0f s", seconds),
				Samples.format("%.1f %%", 100.0 * this.seen.heard / this.seen.looked),
				Samples.format("%.0f", this.seen.silence),
				Samples.format("%.0f", highest((member) -> member.longestPause / 1e6)),
				Samples.format("%.1f %%", 100.0 * this.seen.waited / this.seen.waits.size()),
				Samples.format("%.3f, %.1f, %.1f", waits.median(), waits.percentile(0.99), waits.highest()),
				Samples.format("%.1f", this.seen.longestNew / 1e6),
				millis(VirtualMember.REPLICATION, BusyThread::longest) + ", "
						+ millis(VirtualMember.SAVING, BusyThread::longest) + ", "
						+ millis(VirtualMember.DEADLINES, BusyThread::longest),
				millis(VirtualMember.REPLICATION, BusyThread::latest), Samples.format("%.1f %%, %.1f %%",
						share(VirtualMember.REPLICATION, seconds), share(VirtualMember.SAVING, seconds)));
	}

	private String millis(String part, ToLongFunction<BusyThread> nanos) {
		return Samples.format("%.1f", highest((member) -> nanos.applyAsLong(member.threads.get(part)) / 1e6));
	}

	private double highest(ToDoubleFunction<Member> figure) {
		return Samples.of(this.members, figure).highest();
	}

	private double share(String part, double seconds) {
		return Samples.of(this.members, (member) -> member.threads.get(part).used() / 1e7 / seconds).mean();
	}

	private void killLast() {
		this.members.remove(this.members.size() - 1).die();
	}

	private void fill(int buckets, int perSecond) {
		int perStep = (int) (perSecond * STEP.toMillis() / 1_000);
		for (int key = 0; key < buckets;) {
			for (int i = 0; i < perStep && key < buckets; i++, key++) {
				this.members.get(key % this.members.size()).spend("key-" + key);
			}
			pass(STEP);
		}
	}

	// Members are asked for the hot key at different times.
	private void pass(Duration duration) {
		Duration each = STEP.dividedBy(this.members.size());
		for (long steps = duration.dividedBy(STEP); steps > 0; steps--) {
			for (Member member : this.members) {
				member.ask();
				this.time.advance(each);
			}
			this.members.forEach(this::look);
		}
	}

	private void look(Member member) {
		this.seen.looked++;
		this.seen.heard += member.hears(this.members) ? 1 : 0;
		this.seen.silence = Math.max(this.seen.silence, member.silence(this.members));
	}

	/**
	 * What was seen of all members.
	 */
	private static final class Seen {

		private final List<Double> waits = new ArrayList<>();

		private long waited;

		private long looked;

		private long heard;

		private double silence;

		private long longestNew;

	}

	/**
	 * A member with its threads. Requests have threads of their own.
	 */
	private final class Member {

		private final Map<String, BusyThread> threads = new TreeMap<>();

		private final VirtualMember member;

		private long sentAt = ManyBucketsLoss.this.time.nanoTime();

		private long longestPause;

		Member(String node) {
			this.member = new VirtualMember(node, LIMITS, new Watched(), ManyBucketsLoss.this.charged,
					(part) -> this.threads.computeIfAbsent(part,
							(name) -> new BusyThread(ManyBucketsLoss.this.charged)));
		}

		void spend(String key) {
			Seen seen = ManyBucketsLoss.this.seen;
			seen.longestNew = Math.max(seen.longestNew,
					ManyBucketsLoss.this.charged.run(() -> this.member.limiter().tryConsume(LIMIT, key, 1)));
		}

		void ask() {
			ChargedTime time = ManyBucketsLoss.this.charged;
			Seen seen = ManyBucketsLoss.this.seen;
			time.run(() -> {
				long asked = time.nanoTime();
				Decision decision = this.member.limiter().tryConsume(HOT, "one", 1);
				if (decision.completion() == null) {
					seen.waits.add((time.nanoTime() - asked) / 1e6);
					return;
				}
				seen.waited++;
				decision.completion().thenAccept((later) -> seen.waits.add(waited(asked, time.nanoTime()) / 1e6));
			});
		}

		// A task that answers late began before the deadline, and in virtual time happens
		// at once. The thread of deadlines answers meanwhile.
		private long waited(long asked, long answered) {
			long deadline = asked + VirtualMember.CREDIT_WAIT.toNanos();
			return Math.min(answered - asked, this.threads.get(VirtualMember.DEADLINES).freeAt(deadline) - asked);
		}

		boolean hears(List<Member> others) {
			List<MemberId> heard = this.member.store().view(ManyBucketsLoss.this.time.nanoTime()).heard();
			return others.stream().allMatch((other) -> heard.contains(other.member.store().self()));
		}

		// As of the last tick, and so before its messages.
		double silence(List<Member> others) {
			double longest = 0;
			for (MemberStatus status : this.member.replicator().status().members()) {
				if (status.age() != null
						&& others.stream().anyMatch((other) -> other.member.store().self().equals(status.id()))) {
					longest = Math.max(longest, status.age().toNanos() / 1e6);
				}
			}
			return longest;
		}

		void reset() {
			this.threads.values().forEach(BusyThread::reset);
			this.longestPause = 0;
		}

		void die() {
			this.threads.values().forEach(BusyThread::end);
			ManyBucketsLoss.this.bus.unsubscribe(this.member.store().self());
		}

		/**
		 * Notes when messages to all leave.
		 */
		private final class Watched extends DelegatingTransport {

			Watched() {
				super(new InMemoryReplicationTransport(ManyBucketsLoss.this.bus));
			}

			@Override
			public void publish(byte[] message) {
				long now = ManyBucketsLoss.this.charged.nanoTime();
				Member.this.longestPause = Math.max(Member.this.longestPause, now - Member.this.sentAt);
				Member.this.sentAt = now;
				super.publish(message);
			}

		}

	}

	private static final class Near implements InMemoryBus.Network {

		@Override
		public List<Duration> deliveries(MemberId from, MemberId to) {
			return List.of(Duration.ofMillis(1));
		}

		@Override
		public boolean reachesServer(MemberId member) {
			return true;
		}

	}

}
