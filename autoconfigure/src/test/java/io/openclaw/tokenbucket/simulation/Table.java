package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Random;
import java.util.Locale;
import io.openclaw.tokenbucket.limiter.Consistency;
import static io.openclaw.tokenbucket.simulation.SimulatedNetwork.*;

class Table {
	interface Scenario { void run(SimulatedFleet f, Load l); }
	static void row(String name, SimulatedFleet.Settings s, int n, Scenario sc) {
		long t0 = System.nanoTime();
		Random random = new Random(42);
		SimulatedFleet f = new SimulatedFleet(s, random);
		f.startTogether(n);
		Load l = new Load(f, random);
		long m0 = f.messages(); Duration e0 = f.time().elapsed();
		sc.run(f, l);
		double secs = f.time().elapsed().minus(e0).toMillis() / 1e3;
		double msgs = (f.messages() - m0) / secs / n;
		f.time().advance(Duration.ofSeconds(8));
		StringBuilder lv = new StringBuilder();
		for (var m : f.members()) lv.append(" ").append(m.level() / 1000000).append(m.limiter().state().toString().charAt(0));
		System.out.println(String.format(Locale.ROOT, "%-36s %-9s %.4f over %.0f waited %.3f mean %dms adm %d ideal %d rej %d msgs %.1f (%.1fs)", name, s.consistency(), l.toIdeal(), l.over(), l.waitedShare(), l.meanWait().toMillis(), l.admitted(), l.admittedByIdeal(), l.rejected(), msgs, (System.nanoTime() - t0) / 1e9) + lv);
	}
	static final Duration MIN = Duration.ofSeconds(60);
	static Duration sec(double x) { return Duration.ofMillis((long) (x * 1000)); }
	static void all(SimulatedFleet f, Load l, Duration d) { f.members().forEach((m) -> l.on(m, 400, d)); f.time().advance(d); }
	static int idx(io.openclaw.tokenbucket.crdt.MemberId m) { return Integer.parseInt(m.node().substring(7)); }
	static void cutAt(SimulatedFleet f, java.util.function.BiPredicate<Integer, Integer> links, java.util.function.Predicate<Integer> server, double at, double heal) {
		f.time().schedule(sec(at), () -> f.network().cut((x, y) -> links.test(idx(x), idx(y)), (m) -> server.test(idx(m))));
		f.time().schedule(sec(heal), () -> f.network().heal());
	}
	public static void main(String[] a) {
		String only = a.length > 0 ? a[0] : "";
		for (Consistency c : Consistency.values()) {
			if (!only.isEmpty() && !only.contains(c.name())) continue;
			if (!only.contains("P")) for (Duration d : new Duration[] {NEAR, FAR}) {
				String w = d == NEAR ? " near" : " far";
				SimulatedFleet.Settings s = SimulatedFleet.Settings.of(d, c);
				row("5 x 400/s" + w, s, 5, (f, l) -> { f.members().forEach((m) -> l.on(m, 400, MIN)); f.time().advance(MIN); });
				row("2000 on one, 20 rest" + w, s, 5, (f, l) -> { f.members().forEach((m) -> l.on(m, m == f.members().get(0) ? 2000 : 20, MIN)); f.time().advance(MIN); });
				row("one hot" + w, s, 5, (f, l) -> { l.on(f.members().get(0), 2000, MIN); f.time().advance(MIN); });
				row("5000 on all 0.5s" + w, s, 5, (f, l) -> { f.members().forEach((m) -> l.on(m, 5000, sec(0.5))); f.time().advance(sec(0.5)); all(f, l, sec(59.5)); });
				row("5000 on one 1s" + w, s, 5, (f, l) -> { l.on(f.members().get(0), 5000, sec(1)); f.time().advance(sec(1)); all(f, l, sec(59)); });
				row("under limit" + w, s, 5, (f, l) -> { f.members().forEach((m) -> l.on(m, 35, MIN)); f.time().advance(MIN); });
			}
			row("C=10 eight at once", new SimulatedFleet.Settings(10, 200, NEAR, 0, c, Duration.ofSeconds(30)), 5, (f, l) -> { for (int i = 0; i < 8; i++) l.request(f.members().get(0)); f.time().advance(Duration.ofSeconds(1)); });
			row("20% lost", new SimulatedFleet.Settings(1000, 200, NEAR, 0.2, c, Duration.ofSeconds(30)), 5, (f, l) -> all(f, l, MIN));
			SimulatedFleet.Settings p = new SimulatedFleet.Settings(1000, 200, NEAR, 0, c, Duration.ofSeconds(40));
			row("partition 2:3 30s", p, 5, (f, l) -> { cutAt(f, (x, y) -> x < 2 != y < 2, (x) -> x < 2, 15, 45); all(f, l, MIN); });
			row("burst 50ms after cut", p, 5, (f, l) -> { cutAt(f, (x, y) -> x < 2 != y < 2, (x) -> x < 2, 0, 30); f.time().advance(sec(0.05)); f.members().forEach((m) -> l.on(m, 5000, sec(0.5))); f.time().advance(sec(0.5)); all(f, l, sec(59.5)); });
			row("every member isolated", p, 5, (f, l) -> { cutAt(f, (x, y) -> true, (x) -> true, 15, 45); all(f, l, MIN); });
			row("link cut two members", p, 5, (f, l) -> { cutAt(f, (x, y) -> x + y == 1, (x) -> false, 15, 45); all(f, l, MIN); });
			row("only one hears all", p, 5, (f, l) -> { cutAt(f, (x, y) -> y != 0 && x != 0 , (x) -> false, 15, 45); all(f, l, MIN); });
			row("one deaf", p, 5, (f, l) -> { cutAt(f, (x, y) -> y == 0, (x) -> false, 15, 45); all(f, l, MIN); });
			row("one mute", p, 5, (f, l) -> { cutAt(f, (x, y) -> x == 0, (x) -> false, 15, 45); all(f, l, MIN); });
			row("partition 60 timeout 30", SimulatedFleet.Settings.of(NEAR, c), 5, (f, l) -> { cutAt(f, (x, y) -> x < 2 != y < 2, (x) -> x < 2, 15, 75); all(f, l, sec(100)); });
			row("five joiners each side", p, 2, (f, l) -> { cutAt(f, (x, y) -> x % 2 != y % 2, (x) -> false, 0.5, 30);
				f.time().schedule(sec(1), () -> { for (int i = 2; i < 12; i++) { var m = f.start("member-" + i); l.on(m, 400, sec(58)); } });
				all(f, l, MIN); });
			row("2->15->2", p, 2, (f, l) -> {
				for (int i = 2; i < 15; i++) { int k = i; f.time().schedule(sec(k), () -> { var m = f.start("member-" + k); l.on(m, 400, sec(40 - k)); f.time().schedule(sec(41 - k), () -> m.replicator().leave()); }); }
				all(f, l, MIN); });
		}
	}
}
