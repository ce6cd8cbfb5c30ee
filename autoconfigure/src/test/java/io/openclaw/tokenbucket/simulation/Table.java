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
		long m0 = f.network().messages(); Duration e0 = f.time().elapsed();
		sc.run(f, l);
		double secs = f.time().elapsed().minus(e0).toMillis() / 1e3;
		double msgs = (f.network().messages() - m0) / secs / n;
		f.time().advance(Duration.ofSeconds(8));
		StringBuilder lv = new StringBuilder();
		for (var m : f.members()) lv.append(" ").append(m.level() / 1000000).append(m.limiter().state().toString().charAt(0));
		System.out.println(String.format(Locale.ROOT, "%-36s %-9s %.4f over %.0f waited %.3f mean %dms adm %d ideal %d rej %d msgs %.1f (%.1fs)", name, s.consistency(), l.toIdeal(), l.over(), l.waitedShare(), l.meanWait().toMillis(), l.admitted(), l.admittedByIdeal(), l.rejected(), msgs, (System.nanoTime() - t0) / 1e9) + lv);
	}
	static final Duration MIN = Duration.ofSeconds(60);
	public static void main(String[] a) {
		for (Consistency c : Consistency.values()) {
			for (Duration d : new Duration[] {NEAR, FAR}) {
				String w = d == NEAR ? " near" : " far";
				SimulatedFleet.Settings s = SimulatedFleet.Settings.of(d, c);
				row("5 x 400/s" + w, s, 5, (f, l) -> { f.members().forEach((m) -> l.on(m, 400, MIN)); f.time().advance(MIN); });
				row("2000 on one, 20 rest" + w, s, 5, (f, l) -> { f.members().forEach((m) -> l.on(m, m == f.members().get(0) ? 2000 : 20, MIN)); f.time().advance(MIN); });
				row("one hot" + w, s, 5, (f, l) -> { l.on(f.members().get(0), 2000, MIN); f.time().advance(MIN); });
				row("5000 on all 0.5s" + w, s, 5, (f, l) -> { f.members().forEach((m) -> l.on(m, 5000, Duration.ofMillis(500))); f.time().advance(Duration.ofMillis(700)); });
				row("5000 on one 1s" + w, s, 5, (f, l) -> { l.on(f.members().get(0), 5000, Duration.ofMillis(1000)); f.time().advance(Duration.ofMillis(1200)); });
				row("under limit" + w, s, 5, (f, l) -> { f.members().forEach((m) -> l.on(m, 35, MIN)); f.time().advance(MIN); });
			}
			row("C=10 eight at once", new SimulatedFleet.Settings(10, 200, NEAR, 0, c, Duration.ofSeconds(30)), 5, (f, l) -> { for (int i = 0; i < 8; i++) l.request(f.members().get(0)); f.time().advance(Duration.ofSeconds(1)); });
			row("20% lost", new SimulatedFleet.Settings(1000, 200, NEAR, 0.2, c, Duration.ofSeconds(30)), 5, (f, l) -> { f.members().forEach((m) -> l.on(m, 400, MIN)); f.time().advance(MIN); });
		}
	}
}
