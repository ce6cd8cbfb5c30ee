package io.openclaw.tokenbucket.limiter;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/**
 * A full bucket that is dropped, while it is used again. Results are tokens admitted,
 * left, and spent as others learn it; what is not listed is forbidden.
 */
public class DropStress {

	@JCStressTest
	@Outcome(id = "2, 9, 2", expect = ACCEPTABLE, desc = "spent in the old bucket or in a new one")
	@State
	public static class DecisionBesideDrop extends FullBucket {

		@Actor
		public void requests() {
			request(1);
		}

		@Actor
		public void drops() {
			this.store.tick(now());
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "1, 7, 1", expect = ACCEPTABLE, desc = "known in the old bucket or in a new one")
	@State
	public static class ImportBesideDrop extends FullBucket {

		@Actor
		public void imports() {
			this.store.replicas().restoreForAll(new BucketUpdate(BUCKET, spentByBob(3)), now());
		}

		@Actor
		public void drops() {
			this.store.tick(now());
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	/**
	 * One token was spent long ago, and all know of it: the next tick drops the bucket.
	 */
	abstract static class FullBucket extends Race {

		FullBucket() {
			super(Fleets.policy(Fleets.limit(10, "1000000"), Consistency.EVENTUAL));
			hear(BOB);
			request(1);
			publish();
			acknowledge();
			this.store.tick(now());
			pass(Duration.ofMinutes(1));
		}

	}

}
