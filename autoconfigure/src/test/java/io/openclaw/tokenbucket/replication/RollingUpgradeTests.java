package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Members of this release and of the one before, which knows version 1 of the wire format
 * alone, in one fleet.
 */
class RollingUpgradeTests {

	private static final String KEY = "4711";

	private static final Duration SINCE_EVER = Duration.ZERO;

	private final TestFleet fleet = new TestFleet();

	private final List<OldRelease> old = new ArrayList<>();

	private final List<TestMember> members = new ArrayList<>();

	private long admitted;

	@Test
	void membersOfThisReleaseSpeakVersionTwoOnceTheyKnowEachOther() {
		startNew("a", 1);
		startNew("b", 1);
		this.fleet.advanceSeconds(3);
		Duration joined = this.fleet.time().elapsed();
		this.fleet.advanceSeconds(1);
		assertThat(this.fleet.wire().sentBy(new MemberId("a", 1), joined)).isNotEmpty()
			.allSatisfy((sent) -> assertThat(sent.message().version()).isEqualTo(2));
		assertThat(this.fleet.wire().log().get(0).message()).returns(1, Message::version).returns(2L, Message::reads);
	}

	@Test
	void aMemberOfTheReleaseBeforeIsSpokenToInItsVersion() {
		TestMember oldMember = startOld("a", 1);
		TestMember newMember = startNew("b", 1);
		this.fleet.advanceSeconds(5);
		spendEverywhere(100);
		this.fleet.advanceSeconds(1);
		assertThat(this.old.get(0).unreadable()).isZero();
		assertThat(this.fleet.wire().sentBy(newMember.id(), SINCE_EVER))
			.allSatisfy((sent) -> assertThat(sent.message().version()).isEqualTo(1));
		assertHealthy(2);
		assertThat(oldMember.spender().level(KEY)).isEqualTo(newMember.spender().level(KEY));
	}

	@Test
	void aFleetThatSpeaksVersionTwoReturnsToOneForWhoJoins() {
		startNew("a", 1);
		startNew("b", 1);
		this.fleet.advanceSeconds(3);
		spendEverywhere(400);
		TestMember joiner = startOld("c", 1);
		this.fleet.advanceSeconds(3);
		assertHealthy(3);
		assertThat(joiner.spender().level(KEY)).isLessThan(620);
	}

	// Whom it does not receive, it knows from lists alone.
	@Test
	void whoWritesVersionTwoVouchesForThoseItLists() {
		startNew("a", 1);
		startNew("b", 1);
		this.fleet.advanceSeconds(3);
		this.fleet.wire().lose((sent, to) -> sent.from().node().equals("b") && to.node().equals("c"));
		TestMember joiner = startNew("c", 1);
		this.fleet.advanceSeconds(5);
		Duration settled = this.fleet.time().elapsed();
		this.fleet.advanceSeconds(1);
		assertThat(joiner.fleetSize()).isEqualTo(3);
		assertThat(this.fleet.wire().sentBy(joiner.id(), settled)).isNotEmpty()
			.allSatisfy((sent) -> assertThat(sent.message().version()).isEqualTo(2));
	}

	// One after the other says goodbye, and returns as the other release, while all
	// saturate a bucket; then back.
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFleetRollsToThisReleaseAndBackWithinItsBudget(boolean killed) {
		for (String node : List.of("a", "b", "c")) {
			startOld(node, 1);
		}
		this.fleet.advanceSeconds(3);
		Duration began = this.fleet.time().elapsed();
		spendFor(2);
		roll(2, killed, this::startNew);
		Duration upgraded = this.fleet.time().elapsed();
		spendFor(2);
		assertThat(this.fleet.wire().sentBy(new MemberId("a", 2), upgraded)).isNotEmpty()
			.allSatisfy((sent) -> assertThat(sent.message().version()).isEqualTo(2));
		roll(3, killed, this::startOld);
		spendFor(2);
		double seconds = this.fleet.time().elapsed().minus(began).toMillis() / 1e3;
		assertHealthy(3);
		assertThat((double) this.admitted).isBetween(0.9 * (1000 + seconds), 1000 + seconds + 5);
		assertThat(this.members.stream().map((member) -> Math.round(member.spender().level(KEY))).distinct())
			.hasSize(1);
		assertThat(this.fleet.surprises()).isEmpty();
	}

	private void roll(long incarnation, boolean killed, Start start) {
		for (TestMember member : List.copyOf(this.members)) {
			this.members.remove(member);
			if (killed) {
				member.kill();
			}
			else {
				member.replicator().leave();
				spendFor(0.5);
			}
			start.start(member.id().node(), incarnation);
			spendFor(4);
			assertHealthy(3);
		}
	}

	private void spendFor(double seconds) {
		for (int left = (int) (seconds * 100); left > 0; left--) {
			spendEverywhere(1);
			this.fleet.advance(Duration.ofMillis(10));
		}
	}

	// A gateway is sent no requests before it has joined.
	private void spendEverywhere(int tokens) {
		for (TestMember member : this.members.stream().filter(TestMember::isCounted).toList()) {
			Decision decision = member.spender().spend(KEY, tokens);
			if (decision.completion() != null) {
				decision.completion().thenAccept((later) -> this.admitted += later.isAdmitted() ? tokens : 0);
			}
			this.admitted += decision.isAdmitted() ? tokens : 0;
		}
	}

	private void assertHealthy(int size) {
		assertThat(this.members).hasSize(size).allSatisfy((member) -> {
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
			assertThat(member.fleetSize()).isEqualTo(size);
		});
	}

	private TestMember startNew(String node, long incarnation) {
		TestMember member = this.fleet.start(new MemberId(node, incarnation), (transport) -> transport);
		this.members.add(member);
		return member;
	}

	private TestMember startOld(String node, long incarnation) {
		TestMember member = this.fleet.start(new MemberId(node, incarnation), (transport) -> {
			OldRelease release = new OldRelease(transport);
			this.old.add(release);
			return release;
		});
		this.members.add(member);
		return member;
	}

	@FunctionalInterface
	private interface Start {

		TestMember start(String node, long incarnation);

	}

}
