package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Random;
import io.openclaw.tokenbucket.limiter.Consistency;
import static io.openclaw.tokenbucket.simulation.SimulatedNetwork.*;

class Debug {
	public static void main(String[] a) {
		Random random = new Random(42);
		SimulatedFleet f = new SimulatedFleet(new SimulatedFleet.Settings(1000, 200, NEAR, 0, Consistency.STRICT, Duration.ofSeconds(40)), random);
		f.startTogether(2);
		Load l = new Load(f, random);
		Table.cutAt(f, (x, y) -> x % 2 != y % 2, (x) -> false, 0.5, 30);
		f.time().schedule(Table.sec(1), () -> { for (int i = 2; i < 12; i++) { var m = f.start("member-" + i); l.on(m, 400, Table.sec(58)); } });
		f.members().forEach((m) -> l.on(m, 400, Table.sec(59)));
		for (int t = 0; t < 400; t++) {
			f.time().advance(Table.sec(t < 120 ? 0.1 : 0.5));
			if (t % 10 == 0 || t>290) { System.out.print(f.time().elapsed().toMillis() + " adm " + l.admitted() + " over " + (long) l.over() + ": ");
			for (var m : f.members()) { var s = m.replicator().status(); var b = m.limiter().peek("rating", "4711"); System.out.print(s.standing().toString().charAt(0) + "" + s.fleetSize() + m.limiter().state().toString().charAt(0) + " lv" + b.level() / 1000000 + " sp" + b.spendable() / 1000000 + " c" + b.consumedHere() / 1000000 + " | "); }
			System.out.println(); }
			if (f.time().elapsed().toMillis() > 40000) break;
		}
	}
}
