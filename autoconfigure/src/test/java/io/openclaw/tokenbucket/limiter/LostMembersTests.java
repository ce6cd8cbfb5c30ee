package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.membership.PeerView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.heardUntil;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Members that are lost one after the other, as limits see it that nobody asks meanwhile.
 */
class LostMembersTests {

	private static final String BUSY = "busy";

	// What refills meanwhile.
	private static final Offset<Long> ROUNDING = within(tokens(1) / 100);

	private final LocalMember member = new LocalMember(policy(limit(100, "9"), Consistency.EVENTUAL),
			policy(limit(BUSY, 100, "9", 100), Consistency.EVENTUAL));

	private final long start = this.member.now();

	@Test
	void eachLossCountsFromWhenItHappenedInEveryLimit() {
		see(heardUntil(BOB, this.start, seconds(1)), heardUntil(CAROL, this.start, seconds(100)));
		this.member.consume(100);
		this.member.advance(Duration.ofSeconds(2));
		this.member.limiter().tryConsume(BUSY, LocalMember.KEY, 1);
		this.member.advance(Duration.ofSeconds(3));
		see(lost(BOB, this.start, seconds(1)), lost(CAROL, this.start, seconds(5)));
		this.member.advance(Duration.ofSeconds(1));
		assertThat(this.member.status().level()).isEqualTo(tokens(9 + 4 * 6 + 3));
	}

	@Test
	void whatWasHeldBackBeforeALossIsOfTheOwnPart() {
		LocalMember told = hearingBob();
		told.consume(40);
		told.publish();
		LocalMember untold = hearingBob();
		untold.consume(40);
		for (LocalMember each : List.of(told, untold)) {
			tick(each, 10);
			each.store()
				.membershipChanged(Fleets.view(each.now(), ALICE, lost(BOB, each.now(), each.now())), each.now());
		}
		assertThat(told.status().spendable()).as("half of what is left").isCloseTo(tokens(59) / 2, ROUNDING);
		assertThat(untold.status().spendable()).as("half of what there was, less 40")
			.isCloseTo(tokens(99) / 2 - tokens(40), ROUNDING);
		untold.publish();
		assertThat(untold.status().spendable()).isCloseTo(tokens(99) / 2 - tokens(40), ROUNDING);
	}

	@Test
	void whatWasHeldBackForLongerThanAnythingIsRememberedIsOfTheOwnPartInPart() {
		LocalMember untold = hearingBob();
		for (int i = 0; i < 50; i++) {
			untold.consume(1);
			tick(untold, 1);
		}
		untold.store()
			.membershipChanged(Fleets.view(untold.now(), ALICE, lost(BOB, untold.now(), untold.now())), untold.now());
		assertThat(untold.status().spendable()).isBetween(0L, tokens(49) / 2 - tokens(8));
	}

	private static LocalMember hearingBob() {
		LocalMember member = new LocalMember(policy(limit(100, "0.001"), Consistency.EVENTUAL));
		member.hear(BOB);
		member.consume(1);
		member.publish();
		tick(member, 5);
		return member;
	}

	private static void tick(LocalMember member, int times) {
		for (int i = 0; i < times; i++) {
			member.advance(Duration.ofMillis(200));
			member.hear(BOB);
			member.tick();
		}
	}

	private void see(PeerView... peers) {
		this.member.store().membershipChanged(Fleets.view(this.member.now(), ALICE, peers), this.member.now());
	}

	private long seconds(int seconds) {
		return this.start + Duration.ofSeconds(seconds).toNanos();
	}

}
