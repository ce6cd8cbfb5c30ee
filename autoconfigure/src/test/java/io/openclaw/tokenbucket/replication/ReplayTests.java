package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.MessageSigning.Unsigned;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Somebody who knows no secret, but records what members say, and says it again.
 */
class ReplayTests {

	private static final String KEY = "4711";

	private static final MemberId C = new MemberId("c", 1);

	private static final MemberId X = new MemberId("x", 1);

	private final MessageSigning signing = MessageSigning.under(List.of("s3cret"), "default", Unsigned.REJECT);

	private final TestFleet fleet = new TestFleet();

	private TestMember a;

	private TestMember b;

	private TestMember c;

	@BeforeEach
	void start() {
		this.a = start("a", 1);
		this.b = start("b", 1);
		this.c = start("c", 1);
		this.fleet.advanceSeconds(3);
		this.c.spender().spend(KEY, 100);
		this.fleet.advanceSeconds(2);
	}

	@Test
	void whatIsRepeatedChangesNoLevel() {
		this.a.spender().spend(KEY, 200);
		this.fleet.advanceSeconds(1);
		double before = this.a.spender().level(KEY);
		Duration since = this.fleet.time().elapsed();
		repeatEverything((sent) -> true);
		double refilled = this.fleet.time().elapsed().minus(since).toMillis() / 1e3;
		assertThat(this.a.spender().level(KEY)).isCloseTo(before + refilled, within(0.1));
		assertThat(List.of(this.a, this.b, this.c))
			.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
		assertThat(this.fleet.surprises()).isEmpty();
	}

	@Test
	void whatIsRepeatedIsNoSignOfLife() {
		this.c.kill();
		this.fleet.advanceSeconds(2);
		repeatEverything((sent) -> sent.from().equals(C));
		assertThat(this.a.spender().limiter().state()).isEqualTo(FleetState.DEGRADED);
		assertThat(this.a.replicator().status().members()).filteredOn((peer) -> peer.id().equals(C))
			.singleElement()
			.satisfies((peer) -> assertThat(peer.received()).isFalse());
	}

	@Test
	void aRemovedMemberStaysRemovedWhateverOfItIsRepeated() {
		this.c.kill();
		this.fleet.advanceSeconds(TestFleet.MEMBER_TIMEOUT.toSeconds() + 5);
		assertThat(this.a.fleetSize()).isEqualTo(2);
		repeatEverything((sent) -> sent.from().equals(C));
		this.fleet.advanceSeconds(1);
		assertThat(this.a.fleetSize()).isEqualTo(2);
		assertThat(this.a.replicator().status().members()).extracting(MemberStatus::id).doesNotContain(C);
		assertThat(this.a.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
	}

	@Test
	void aRemovedMemberThatLivesJoinsAgain() {
		this.fleet.wire().isolate(C::equals);
		this.fleet.wire().takeServerFrom(C);
		this.fleet.advanceSeconds(TestFleet.MEMBER_TIMEOUT.toSeconds() + 5);
		assertThat(this.a.fleetSize()).isEqualTo(2);
		this.fleet.wire().loseNothing();
		this.fleet.wire().returnServers();
		this.fleet.advanceSeconds(5);
		assertThat(List.of(this.a, this.b, this.c)).allSatisfy((member) -> {
			assertThat(member.fleetSize()).isEqualTo(3);
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		});
	}

	@Test
	void aGoodbyeThatIsRepeatedBuriesNobodyElse() {
		this.c.replicator().leave();
		this.fleet.advanceSeconds(2);
		TestMember reborn = start("c", 2);
		this.fleet.advanceSeconds(4);
		repeatEverything((sent) -> sent.from().equals(C));
		assertThat(reborn.fleetSize()).isEqualTo(3);
		assertThat(this.a.fleetSize()).isEqualTo(3);
		assertThat(this.a.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
	}

	// It cannot know that the dead is not merely deaf. It holds aside what that might
	// spend, for as long as it seems to live.
	@Test
	void whoNeverKnewADeadMemberHoldsItsShareAsideWhileItIsRepeated() {
		this.c.kill();
		this.fleet.advanceSeconds(TestFleet.MEMBER_TIMEOUT.toSeconds() + 5);
		TestMember late = start("late", 1);
		this.fleet.advanceSeconds(4);
		assertThat(late.fleetSize()).isEqualTo(3);
		double whole = late.spender().spendable(KEY);
		repeatEverything((sent) -> sent.from().equals(C) && sent.message().standing() == Standing.MEMBER);
		assertThat(late.fleetSize()).isEqualTo(4);
		assertThat(late.spender().spendable(KEY)).isBetween(0.7 * whole, 0.9 * whole);
		assertThat(this.a.fleetSize()).isEqualTo(3);
		this.fleet.advanceSeconds(10);
		assertThat(late.fleetSize()).isEqualTo(3);
		assertThat(late.spender().spendable(KEY)).isGreaterThanOrEqualTo(whole);
	}

	private void repeatEverything(Predicate<TestWire.Sent> which) {
		for (TestWire.Sent sent : List.copyOf(this.fleet.wire().log())) {
			if (which.test(sent)) {
				this.fleet.forge(X, MessageCodec.write(sent.message(), this.signing));
				this.fleet.advance(Duration.ofMillis(20));
			}
		}
	}

	private TestMember start(String node, long incarnation) {
		return this.fleet.start(new MemberId(node, incarnation), this.signing);
	}

}
