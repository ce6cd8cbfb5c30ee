package io.openclaw.tokenbucket.replication;

import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Processes whose incarnation is lower than that of an earlier one of their node: a clock
 * was set back, a virtual machine restored, or Redis away at the start.
 */
class LowIncarnationTests {

	private static final String KEY = "4711";

	private final TestFleet fleet = new TestFleet();

	private final TestMember other = this.fleet.start("a");

	private final TestMember earlier = start(5000);

	@Test
	void aProcessRisesAboveOneThatSaidGoodbye() {
		this.fleet.advanceSeconds(3);
		this.earlier.replicator().leave();
		this.fleet.advanceSeconds(120);
		assertThatIsCountedAs(start(4000), new MemberId("b", 5001));
	}

	@Test
	void aProcessRisesAboveOneThatWasKilled() {
		this.fleet.advanceSeconds(3);
		this.earlier.kill();
		this.fleet.advanceSeconds(2);
		assertThatIsCountedAs(start(4000), new MemberId("b", 5001));
	}

	@Test
	void aProcessOfTheSameIncarnationRisesAboveIt() {
		this.fleet.advanceSeconds(3);
		this.earlier.replicator().leave();
		this.fleet.advanceSeconds(1);
		assertThatIsCountedAs(start(5000), new MemberId("b", 5001));
	}

	@Test
	void whatItSpentBeforeStaysSpent() {
		this.fleet.advanceSeconds(3);
		this.earlier.spender().spend(KEY, 100);
		this.fleet.advanceSeconds(1);
		this.earlier.replicator().leave();
		this.fleet.advanceSeconds(1);
		TestMember again = start(4000);
		again.spender().spend(KEY, 300);
		this.fleet.advanceSeconds(4);
		again.spender().spend(KEY, 50);
		this.fleet.advanceSeconds(1);
		assertThat(this.other.spender().level(KEY)).isCloseTo(556, within(3.0));
		assertThat(again.spender().level(KEY)).isCloseTo(this.other.spender().level(KEY), within(1.0));
	}

	// Which of two that run is the later cannot be known.
	@Test
	void aProcessThatMeetsALivingOneOfAHigherIncarnationIsReplaced() {
		this.fleet.advanceSeconds(3);
		TestMember lower = start(4000);
		this.fleet.advanceSeconds(5);
		assertThat(lower.spender().limiter().state()).isEqualTo(FleetState.REPLACED);
		assertThat(this.earlier.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		assertThat(lower.spender().spend(KEY, 1).isAdmitted()).isFalse();
	}

	@Test
	void aMemberThatIsReplacedDoesNotRiseAboveItsSuccessor() {
		this.fleet.advanceSeconds(3);
		// The others know of the later process before they receive it.
		TestMember later = start(6000);
		this.fleet.wire().lose((sent, to) -> sent.from().equals(later.id()) && to.equals(this.other.id()));
		this.fleet.advanceSeconds(2);
		this.fleet.wire().loseNothing();
		this.fleet.advanceSeconds(5);
		assertThat(later.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		assertThat(later.replicator().status().self()).isEqualTo(later.id());
		assertThat(this.earlier.spender().limiter().state()).isEqualTo(FleetState.REPLACED);
	}

	private void assertThatIsCountedAs(TestMember member, MemberId id) {
		this.fleet.advanceSeconds(4);
		assertThat(member.isCounted()).isTrue();
		assertThat(member.spender().limiter().self()).isEqualTo(id);
		assertThat(member.replicator().status().self()).isEqualTo(id);
		assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		assertThat(this.other.fleetSize()).isEqualTo(2);
		assertThat(member.raised()).containsExactly(id);
		assertThat(this.fleet.surprises()).isEmpty();
	}

	private TestMember start(long incarnation) {
		return this.fleet.start(new MemberId("b", incarnation), UnaryOperator.identity());
	}

}
