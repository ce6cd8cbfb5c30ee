package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.millis;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * How far behind the peers are, over all buckets.
 */
class LagTests {

	private final LocalMember alice = new LocalMember(policy(limit(100, "1"), Consistency.EVENTUAL));

	@Test
	void theLagIsTheAgeOfTheOldestSpendingThatIsNotAcknowledged() {
		this.alice.hear(BOB);
		assertThat(lag()).isZero();
		consume("a");
		after(3);
		consume("b");
		after(4);
		assertThat(lag()).isEqualTo(millis(7));
		List<BucketUpdate> first = this.alice.publish();
		assertThat(first).hasSize(2);
		after(1);
		consume("b");
		assertThat(lag()).isEqualTo(millis(8));
		this.alice.store().replicas().acknowledge(BucketKey.of(LocalMember.LIMIT, "a"), 1, this.alice.now());
		assertThat(lag()).isEqualTo(millis(5));
		this.alice.store().replicas().acknowledge(BucketKey.of(LocalMember.LIMIT, "b"), 1, this.alice.now());
		after(2);
		assertThat(lag()).as("spent after the batch").isEqualTo(millis(2));
		this.alice.publish();
		this.alice.acknowledge();
		assertThat(lag()).isZero();
		consume("a");
		after(1);
		assertThat(lag()).isEqualTo(millis(1));
	}

	@Test
	void whatCostsNothingIsNoLag() {
		this.alice.hear(BOB);
		this.alice.limiter().tryConsume(LocalMember.LIMIT, "a", 0);
		after(5);
		assertThat(lag()).isZero();
	}

	@Test
	void nobodyLagsBehindAMemberThatHearsNobody() {
		consume("a");
		after(5);
		assertThat(lag()).isZero();
		long now = this.alice.now();
		this.alice.store().membershipChanged(view(now, ALICE, lost(BOB, now, now)), now);
		assertThat(lag()).isZero();
		this.alice.hear(BOB);
		assertThat(lag()).isEqualTo(millis(5));
	}

	@Test
	void whatIsToldToAMemberThatIsCountedIsToldInSmallSteps() {
		LocalMember member = new LocalMember(this.alice.time(), ALICE, 30_000,
				policy(limit(100, "0.001"), Consistency.EVENTUAL));
		for (int key = 0; key < 25_000; key++) {
			member.limiter().tryConsume(LocalMember.LIMIT, "key-" + key, 1);
		}
		member.publish();
		member.hear(BOB);
		member.advance(Duration.ofMillis(601));
		int told = 0;
		for (int slice = 0; slice < 20; slice++) {
			member.tick();
			int more = member.publish().size();
			assertThat(more).isLessThanOrEqualTo(2_500);
			told += more;
		}
		assertThat(told).isEqualTo(25_000);
		member.tick();
		assertThat(member.publish()).isEmpty();
	}

	private void consume(String key) {
		assertThat(this.alice.limiter().tryConsume(LocalMember.LIMIT, key, 1).isAdmitted()).isTrue();
	}

	private void after(long millis) {
		this.alice.advance(Duration.ofMillis(millis));
	}

	private long lag() {
		return this.alice.store().replicas().lag(this.alice.now());
	}

}
