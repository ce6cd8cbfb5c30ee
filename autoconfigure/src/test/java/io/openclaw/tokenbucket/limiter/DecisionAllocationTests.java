package io.openclaw.tokenbucket.limiter;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;

import static org.assertj.core.api.Assertions.assertThat;

class DecisionAllocationTests {

	private static final int DECISIONS = 10_000;

	private final NanoClock clock = () -> 0;

	private final BucketStore store = new BucketStore(Fleets.ALICE,
			List.of(Fleets.policy(Fleets.limit(10_000_000, "1"), Consistency.BOUNDED)),
			new LimiterSettings(3, Duration.ofMillis(200), 1000), this.clock);

	private final TokenBucketLimiter limiter = new TokenBucketLimiter(this.store, this.clock, (delay, task) -> {
	}, null);

	@Test
	void aRequestThatIsAdmittedBesideOthersAllocatesItsDecisionAlone() {
		this.store.membershipChanged(Fleets.healthy(0, Fleets.ALICE, Fleets.BOB, Fleets.CAROL), 0);
		Decision first = admit();
		this.store.tick(0);
		long ofDecisions = allocatedBy(first::inShadow);
		assertThat(allocatedBy(this::admit)).isLessThan(ofDecisions + DECISIONS);
	}

	private Decision admit() {
		Decision decision = this.limiter.tryConsume("rating", "4711", 1);
		if (!decision.isAdmitted()) {
			throw new AssertionError(decision);
		}
		return decision;
	}

	private static long allocatedBy(Supplier<Decision> request) {
		Decision[] kept = new Decision[DECISIONS];
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		for (int i = 0; i < DECISIONS; i++) {
			kept[i] = request.get();
		}
		return threads.getCurrentThreadAllocatedBytes() - before;
	}

}
