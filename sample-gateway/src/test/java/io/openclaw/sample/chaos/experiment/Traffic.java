package io.openclaw.sample.chaos.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.openclaw.sample.chaos.load.Oracle;
import io.openclaw.sample.chaos.load.Stream;

/**
 * What the callers of an experiment send, all to four gateways: two callers that want
 * more than they may have, one of a {@code strict} and one of a {@code bounded} limit;
 * many who want less; and one whose bucket hardly refills, so that gateways can be seen
 * to agree on its level to the token.
 */
final class Traffic {

	/** As in {@code chaos.yml}. */
	static final double CAPACITY = 300;

	/** As in {@code chaos.yml}. */
	static final double REFILL_RATE = 60;

	/** As in {@code chaos.yml}. */
	static final double LEDGER_CAPACITY = 20_000;

	private static final double SATURATING = 1.7 * REFILL_RATE;

	private static final int MODEST_CALLERS = 40;

	private static final double MODEST_PER_SECOND = 20;

	private static final double LEDGER_PER_SECOND = 10;

	private static final int TENANT_BYTES = 4000;

	private final String experiment;

	private final Map<String, Oracle> oracles = new LinkedHashMap<>();

	private final Stream ledger;

	private final List<Stream> streams = new ArrayList<>();

	Traffic(String experiment, double tenantsPerSecond) {
		this.experiment = experiment;
		for (String limit : List.of("strict", "bounded")) {
			Oracle oracle = new Oracle(CAPACITY, REFILL_RATE);
			this.oracles.put(limit, oracle);
			this.streams.add(new Stream(limit, (random) -> hotKey(), SATURATING, oracle));
		}
		this.ledger = new Stream("ledger", (random) -> ledgerKey(), LEDGER_PER_SECOND, null);
		this.streams.add(new Stream("bounded", this::modestKey, MODEST_PER_SECOND, null));
		this.streams.add(this.ledger);
		this.streams.add(new Stream("tenants", Traffic::tenant, tenantsPerSecond, null));
	}

	List<Stream> streams() {
		return this.streams;
	}

	Map<String, Oracle> oracles() {
		return this.oracles;
	}

	/** So that its level stands still. */
	void stopLedger() {
		this.ledger.rate(0);
	}

	String hotKey() {
		return this.experiment + "-hot";
	}

	String ledgerKey() {
		return this.experiment + "-ledger";
	}

	private String modestKey(Random random) {
		return this.experiment + "-" + random.nextInt(MODEST_CALLERS);
	}

	private static String tenant(Random random) {
		return Long.toHexString(random.nextLong()) + "-" + "t".repeat(TENANT_BYTES);
	}

}
