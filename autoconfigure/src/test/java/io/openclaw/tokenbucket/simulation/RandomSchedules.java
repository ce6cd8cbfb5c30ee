package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.limit.Consistency;

/**
 * Draws schedules from seeds.
 */
final class RandomSchedules {

	private final Random random;

	private final List<ScheduleEvent> events = new ArrayList<>();

	private final Schedule.World world;

	private final Duration from;

	private RandomSchedules(long seed) {
		// Seeds next to each other begin alike.
		this.random = new Random(seed * 0x9E3779B97F4A7C15L);
		this.world = world();
		this.from = chance(0.85) ? Schedule.SETTLED : Duration.ZERO;
	}

	static Schedule of(long seed) {
		RandomSchedules draw = new RandomSchedules(seed);
		draw.load();
		draw.faults();
		draw.events.sort(Comparator.comparing(ScheduleEvent::at));
		return new Schedule(seed, draw.world, draw.events);
	}

	private Schedule.World world() {
		List<Schedule.Quota> limits = new ArrayList<>();
		for (int i = pick(1, 1, 2); i > 0; i--) {
			limits.add(quota());
		}
		return new Schedule.World(pick(1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7), pick(1, 1, 1, 1, 2, 3),
				Duration.ofMillis(pick(1, 2, 10, 50)), Duration.ofMillis(pick(200, 200, 400)),
				Duration.ofMillis(pick(2000, 3000, 6000)), between(1, 5),
				pick(Consistency.STRICT, Consistency.STRICT, Consistency.BOUNDED, Consistency.EVENTUAL), limits,
				pick(1, 1, 2));
	}

	private Schedule.Quota quota() {
		long capacity = between(5, 60);
		double perSecond = Math.max(0.5, Math.round(capacity * pick(0.02, 0.2, 0.5, 1.0)));
		return new Schedule.Quota(capacity, perSecond, chance(0.8) ? capacity : capacity / 2);
	}

	private void load() {
		for (int limit = 0; limit < this.world.limits().size(); limit++) {
			for (int key = 0; key < this.world.keys(); key++) {
				load(limit, key);
			}
		}
		if (chance(0.2)) {
			double perSecond = this.world.limits().get(0).perSecond() / 2;
			this.events.add(new ScheduleEvent.JointLoad(this.from, Schedule.END, node(), 0, perSecond));
		}
	}

	// In stretches, so that buckets are full, or empty, when something happens.
	private void load(int limit, int key) {
		Schedule.Quota quota = this.world.limits().get(limit);
		double total = quota.perSecond() * pick(0.5, 1.2, 2.0);
		int callers = between(1, nodes());
		for (int i = 0; i < callers; i++) {
			Duration at = chance(0.5) ? this.from : moment();
			Duration until = chance(0.3) ? Schedule.END : later(at, 300, 4000);
			int cost = chance(0.8) ? 1 : (int) Math.min(3, quota.capacity());
			this.events
				.add(new ScheduleEvent.Load(at, until, node(), limit, key, Math.min(60, total / callers / cost), cost));
		}
		for (int i = between(0, 3); i > 0; i--) {
			this.events.add(new ScheduleEvent.Burst(moment(), node(), limit, key,
					between(1, (int) (quota.capacity() * 3 / 2))));
		}
	}

	private void faults() {
		for (int i = between(0, 5); i > 0; i--) {
			this.events.add(fault(moment()));
		}
	}

	private ScheduleEvent fault(Duration at) {
		return switch (between(0, 15)) {
			case 0, 1, 2, 3 -> cut(at);
			case 4 -> new ScheduleEvent.Noise(at, later(at, 500, 6000), pick(0.05, 0.2, 0.4), pick(0.0, 0.2));
			case 5 -> new ScheduleEvent.Slow(at, later(at, 500, 5000), bus(), Duration.ofMillis(between(5, 300)));
			case 6, 7 -> new ScheduleEvent.Join(at, between(0, Schedule.MOST_NODES - 1));
			case 8 -> new ScheduleEvent.Goodbye(at, node());
			case 9, 10 -> new ScheduleEvent.Crash(at, node(), chance(0.6) ? Duration.ofMillis(between(0, 4000)) : null);
			case 11 -> new ScheduleEvent.Pause(at, node(), Duration.ofMillis(between(50, 4000)), chance(0.5));
			case 12 -> new ScheduleEvent.ClockStep(at, node(),
					chance(0.5) ? Duration.ofHours(1) : Duration.ofMillis(between(10, 5000)));
			case 13, 14 -> new ScheduleEvent.Change(at, node(), between(0, this.world.limits().size() - 1), quota());
			default -> new ScheduleEvent.ClockRate(at, node(), between(950, 1050));
		};
	}

	private ScheduleEvent cut(Duration at) {
		BitSet links = new BitSet();
		BitSet cutOff = new BitSet();
		int kind = between(0, 4);
		boolean oneWay = chance(0.3);
		BitSet side = new BitSet();
		for (int node = 0; node < Schedule.MOST_NODES; node++) {
			side.set(node, this.random.nextBoolean());
		}
		int single = node();
		for (int sender = 0; sender < Schedule.MOST_NODES; sender++) {
			for (int receiver = 0; receiver < Schedule.MOST_NODES; receiver++) {
				boolean cut = switch (kind) {
					case 0, 1 ->
						side.get(sender) && !side.get(receiver) || !oneWay && !side.get(sender) && side.get(receiver);
					case 2 -> sender == single || !oneWay && receiver == single;
					case 3 -> chance(0.3);
					default -> false;
				};
				links.set(sender * Schedule.MOST_NODES + receiver, cut && sender != receiver);
			}
		}
		if (kind == 4 || kind == 0 && chance(0.5)) {
			cutOff.or(side);
		}
		Integer bus = (kind == 4 && chance(0.5)) ? null : bus();
		return new ScheduleEvent.Cut(at, later(at, 200, 7000), bus, new ScheduleEvent.Links(links, cutOff));
	}

	private @Nullable Integer bus() {
		return chance(0.6) ? null : Integer.valueOf(between(0, this.world.buses() - 1));
	}

	private int nodes() {
		return this.world.members();
	}

	private int node() {
		return between(0, nodes() - 1);
	}

	private Duration moment() {
		return later(this.from, 0, (int) Schedule.END.minus(this.from).toMillis() - 1000);
	}

	private Duration later(Duration than, int atLeast, int atMost) {
		Duration later = than.plusMillis(between(atLeast, atMost));
		return (later.compareTo(Schedule.END) < 0) ? later : Schedule.END;
	}

	private int between(int lowest, int highest) {
		return lowest + this.random.nextInt(highest - lowest + 1);
	}

	private boolean chance(double share) {
		return this.random.nextDouble() < share;
	}

	@SafeVarargs
	private <T> T pick(T... from) {
		return from[this.random.nextInt(from.length)];
	}

}
