package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/**
 * What becomes of reservations while they are kept, broken and given up. Results are
 * tokens admitted, left, and spent as others learn it, or left in both limits; what is
 * not listed is forbidden.
 */
public class ReservationStress {

	private static final Duration CREDIT_WAIT = Duration.ofMillis(25);

	@JCStressTest
	@Outcome(id = "9, 1, 9", expect = ACCEPTABLE, desc = "the reservation was kept")
	@Outcome(id = "5, 5, 5", expect = ACCEPTABLE, desc = "it was given up")
	@State
	public static class CancelBesideAcknowledgement extends Race {

		private final CompletionStage<Decision> waiting;

		public CancelBesideAcknowledgement() {
			super(limit(10, Consistency.STRICT));
			hear(BOB);
			request(5);
			this.waiting = request(4);
			publish();
		}

		@Actor
		public void cancels() {
			this.waiting.toCompletableFuture().cancel(false);
		}

		@Actor
		public void acknowledges() {
			acknowledge();
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "14, 1, 1", expect = ACCEPTABLE, desc = "both limits are consumed")
	@Outcome(id = "10, 5, 5", expect = ACCEPTABLE, desc = "neither is")
	@State
	public static class CancelBesideCommit extends Race {

		private final CompletionStage<JointDecision> waiting;

		public CancelBesideCommit() {
			super(limit("one", 10, Consistency.STRICT), limit("other", 10, Consistency.BOUNDED));
			hear(BOB);
			request("one", 5);
			request("other", 5);
			this.waiting = request(4, "one", "other");
			publish();
		}

		@Actor
		public void cancels() {
			this.waiting.toCompletableFuture().cancel(false);
		}

		@Actor
		public void acknowledges() {
			acknowledge();
		}

		@Arbiter
		public void check(III_Result result) {
			result.r1 = admitted();
			result.r2 = level("one");
			result.r3 = level("other");
		}

	}

	@JCStressTest
	@Outcome(id = "9, 1, 9", expect = ACCEPTABLE, desc = "acknowledged in time")
	@Outcome(id = "5, 5, 5", expect = ACCEPTABLE, desc = "rejected when its wait ended")
	@State
	public static class DeadlineBesideAcknowledgement extends Race {

		public DeadlineBesideAcknowledgement() {
			super(limit(10, Consistency.STRICT));
			hear(BOB);
			request(5);
			request(4);
			publish();
		}

		@Actor
		public void ends() {
			pass(CREDIT_WAIT);
			runTimer();
		}

		@Actor
		public void acknowledges() {
			acknowledge();
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "5, 5, 5", expect = ACCEPTABLE, desc = "rejected while tokens were set aside for the other")
	@Outcome(id = "8, 2, 8", expect = ACCEPTABLE, desc = "reserved after the other gave up")
	@State
	public static class CancelBesideDecision extends Race {

		private final CompletionStage<Decision> waiting;

		public CancelBesideDecision() {
			super(limit(10, Consistency.STRICT));
			hear(BOB);
			request(5);
			this.waiting = request(4);
			publish();
		}

		@Actor
		public void cancels() {
			this.waiting.toCompletableFuture().cancel(false);
		}

		@Actor
		public void requests() {
			request(3);
		}

		@Arbiter
		public void check(III_Result result) {
			acknowledge();
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "10, 5, 5", expect = ACCEPTABLE, desc = "what was released is reserved to the next")
	@State
	public static class ReleaseBesideDecision extends Race {

		public ReleaseBesideDecision() {
			super(new LimitPolicy(Fleets.limit("one", 10, NO_REFILL, 10), Consistency.STRICT,
					CREDIT_WAIT.multipliedBy(2)), limit("other", 10, Consistency.STRICT));
			hear(BOB);
			request("other", 5);
			request(4, "one", "other");
		}

		@Actor
		public void breaks() {
			pass(CREDIT_WAIT);
			runTimer();
		}

		@Actor
		public void requests() {
			request("one", 5);
		}

		@Arbiter
		public void check(III_Result result) {
			result.r1 = admitted();
			result.r2 = level("one");
			result.r3 = level("other");
		}

	}

	@JCStressTest
	@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "one has both, the other nothing")
	@State
	public static class JointBesideJoint extends Race {

		public JointBesideJoint() {
			super(limit("one", 1, Consistency.STRICT), limit("other", 1, Consistency.BOUNDED));
			hear(BOB);
		}

		@Actor
		public void forwards() {
			request(1, "one", "other");
		}

		@Actor
		public void backwards() {
			request(1, "other", "one");
		}

		@Arbiter
		public void check(III_Result result) {
			result.r1 = admitted();
			result.r2 = level("one");
			result.r3 = level("other");
		}

	}

}
