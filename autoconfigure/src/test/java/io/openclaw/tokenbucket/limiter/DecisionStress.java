package io.openclaw.tokenbucket.limiter;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.heardUntil;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/**
 * The local decision beside another and beside all that replication and operators do to
 * the same bucket. Results are tokens admitted, left, and spent as others learn it; what
 * is not listed is forbidden.
 */
public class DecisionStress {

	@JCStressTest
	@Outcome(id = "4, 0, 4", expect = ACCEPTABLE, desc = "all there is, each token once")
	@State
	public static class BesideDecision extends Race {

		public BesideDecision() {
			super(limit(4, Consistency.BOUNDED));
			request(1);
		}

		@Actor
		public void one() {
			request(1);
			request(1);
		}

		@Actor
		public void other() {
			request(1);
			request(1);
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "one bucket is created, and its token spent once")
	@State
	public static class BesideFirstDecision extends Race {

		public BesideFirstDecision() {
			super(limit(1, Consistency.BOUNDED));
		}

		@Actor
		public void one() {
			request(1);
		}

		@Actor
		public void other() {
			request(1);
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "3, 0, 3", expect = ACCEPTABLE, desc = "reservations and decisions at once share what there is")
	@State
	public static class BesideReservation extends Race {

		public BesideReservation() {
			super(limit(3, Consistency.EVENTUAL));
			hear(BOB);
			request(1);
		}

		@Actor
		public void one() {
			request(1);
			request(1);
		}

		@Actor
		public void other() {
			request(1);
			request(1);
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the merge left one token")
	@Outcome(id = "2, -1, 2", expect = ACCEPTABLE, desc = "both were spent before it was known")
	@State
	public static class BesideMerge extends Race {

		public BesideMerge() {
			super(limit(3, Consistency.EVENTUAL));
			hear(BOB);
		}

		@Actor
		public void requests() {
			request(1);
			request(1);
		}

		@Actor
		public void merges() {
			mergeSpentByBob(1);
			mergeSpentByBob(2);
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "nothing was left")
	@Outcome(id = "1, -1, 1", expect = ACCEPTABLE, desc = "the other spent one before it was known")
	@Outcome(id = "2, -2, 2", expect = ACCEPTABLE, desc = "the other spent two before it was known")
	@State
	public static class AfterMerge extends Race {

		public AfterMerge() {
			super(limit(2, Consistency.EVENTUAL));
			hear(BOB);
		}

		@Actor
		public void requests() {
			request(1);
			request(1);
		}

		@Actor
		public void mergesAndRequests() {
			mergeSpentByBob(2);
			request(1).thenAccept((decision) -> {
				if (decision.isAdmitted()) {
					throw new AssertionError("admitted what a merge had taken: " + decision);
				}
			});
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "9, 1, 9", expect = ACCEPTABLE, desc = "admitted at once or when the acknowledgement came")
	@State
	public static class BesideAcknowledgement extends Race {

		public BesideAcknowledgement() {
			super(limit(10, Consistency.STRICT));
			hear(BOB);
			request(5);
			publish();
		}

		@Actor
		public void requests() {
			request(4);
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
	@Outcome(id = "3, 7, 3", expect = ACCEPTABLE, desc = "all is published, then or later")
	@State
	public static class BesideBatch extends Race {

		public BesideBatch() {
			super(limit(10, Consistency.EVENTUAL));
			hear(BOB);
			request(1);
		}

		@Actor
		public void requests() {
			request(1);
			request(1);
		}

		@Actor
		public void publishes() {
			publish();
			acknowledge();
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
			acknowledge();
			if (this.store.replicas().lag(now()) != 0) {
				throw new AssertionError("spending that was published and acknowledged counts as neither");
			}
		}

	}

	@JCStressTest
	@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "half is held aside for the lost one")
	@Outcome(id = "2, 0, 2", expect = ACCEPTABLE, desc = "both were spent before the loss")
	@State
	public static class BesideLoss extends Race {

		public BesideLoss() {
			super(limit(2, Consistency.EVENTUAL));
			hear(BOB);
		}

		@Actor
		public void requests() {
			request(1);
			request(1);
		}

		@Actor
		public void loses() {
			pass(Duration.ofNanos(1));
			this.store.membershipChanged(view(now(), ALICE, lost(BOB, now(), now())), now());
		}

		@Arbiter
		public void check(III_Result result) {
			hear(BOB);
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "asked while the member counted as lost")
	@Outcome(id = "2, 0, 2", expect = ACCEPTABLE, desc = "asked when it was heard again")
	@State
	public static class BesideReturn extends Race {

		public BesideReturn() {
			super(limit(2, Consistency.EVENTUAL));
			this.store.membershipChanged(view(now(), ALICE, heardUntil(BOB, now(), now() + 1)), now());
			pass(Duration.ofNanos(1));
		}

		@Actor
		public void requests() {
			request(1);
			request(1);
		}

		@Actor
		public void hears() {
			hear(BOB);
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "asked during the fallback")
	@Outcome(id = "2, 0, 2", expect = ACCEPTABLE, desc = "asked before or after it")
	@State
	public static class BesideFallback extends Race {

		public BesideFallback() {
			super(limit(2, Consistency.EVENTUAL));
			hear(BOB);
		}

		@Actor
		public void requests() {
			request(1);
			request(1);
		}

		@Actor
		public void fallsBack() {
			this.store.changes().fallBack(LIMIT, FallbackQuota.FAIR_SHARE);
			this.store.tick(now());
			this.store.changes().recover(LIMIT, now());
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

	@JCStressTest
	@Outcome(id = "2, 0, 4", expect = ACCEPTABLE, desc = "two were trimmed, one admitted")
	@Outcome(id = "3, 0, 4", expect = ACCEPTABLE, desc = "one admitted, one trimmed, one admitted")
	@Outcome(id = "3, 1, 3", expect = ACCEPTABLE, desc = "two admitted, nothing left to trim")
	@State
	public static class BesideLimitChange extends Race {

		public BesideLimitChange() {
			super(limit(4, Consistency.EVENTUAL));
			hear(BOB);
			request(1);
		}

		@Actor
		public void requests() {
			request(1);
			request(1);
		}

		@Actor
		public void shrinks() {
			new LimitControl(this.store, this::now).edit(LIMIT, BesideLimitChange::shrunk, LimitSource.ENDPOINT);
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

		private static LimitDefinition shrunk(LimitDefinition current) {
			Limit limit = current.limit();
			return new LimitDefinition(
					new Limit(limit.name(), MicroTokens.PER_TOKEN, limit.refillRate(), MicroTokens.PER_TOKEN, 0),
					current.edit(), current.consistency(), current.mode());
		}

	}

	@JCStressTest
	@Outcome(id = "2, 1, 1", expect = ACCEPTABLE, desc = "rejected before the token was given back")
	@Outcome(id = "3, 0, 2", expect = ACCEPTABLE, desc = "admitted after")
	@State
	public static class BesideGift extends Race {

		public BesideGift() {
			super(limit(2, Consistency.EVENTUAL));
			hear(BOB);
			request(2);
		}

		@Actor
		public void requests() {
			request(1);
		}

		@Actor
		public void givesBack() {
			new LimitControl(this.store, this::now).giveBack(LIMIT, KEY, tokens(1));
		}

		@Arbiter
		public void check(III_Result result) {
			balance(result);
		}

	}

}
