package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.MessageSigning.Unsigned;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Members whose secrets differ for a while, since gateways are restarted one by one.
 */
class SecretRotationTests {

	private static final String KEY = "4711";

	private static final List<MessageSigning> ROTATION = List.of(signing("old"), signing("old", "new"),
			signing("new", "old"), signing("new"));

	private final TestFleet fleet = new TestFleet();

	private final List<TestMember> members = new ArrayList<>();

	private long admitted;

	@Test
	void aSecretIsReplacedUnderLoadWithoutOneMessageLost() {
		startAll(signing("old"));
		Duration began = this.fleet.time().elapsed();
		for (int step = 1; step < ROTATION.size(); step++) {
			roll(1 + step, ROTATION.get(step));
		}
		assertWithinBudget(began);
		assertThat(this.fleet.surprises()).isEmpty();
		assertThat(this.members).allSatisfy((member) -> {
			assertThat(member.replicator().status().rejectedMessages()).isZero();
			assertThat(member.replicator().status().lostBatches()).isZero();
		});
	}

	@Test
	void aFleetBeginsToSignWithoutOneMessageLost() {
		startAll(MessageSigning.NONE);
		Duration began = this.fleet.time().elapsed();
		roll(2, MessageSigning.under(List.of("new"), "default", Unsigned.ACCEPT));
		roll(3, signing("new"));
		assertWithinBudget(began);
		assertThat(this.fleet.surprises()).isEmpty();
	}

	// Each takes itself for the whole fleet, which is why a fleet must accept the
	// unsigned
	// while it begins to sign.
	@Test
	void whoHasASecretDoesNotHearWhoHasNone() {
		TestMember without = this.fleet.start("a");
		this.fleet.advanceSeconds(3);
		without.spender().spend(KEY, 400);
		TestMember with = this.fleet.start(new MemberId("b", 1), signing("s3cret"));
		this.fleet.advanceSeconds(3);
		assertThat(with.spender().level(KEY)).isEqualTo(1000);
		assertThat(with.replicator().status().members()).isEmpty();
		assertThat(without.fleetSize()).isEqualTo(1);
		assertThat(this.fleet.surprises()).isNotEmpty()
			.allSatisfy((surprise) -> assertThat(surprise).isEqualTo("b#1 rejected: unsigned"));
		assertThat(with.replicator().status().rejectedMessages()).isEqualTo(this.fleet.surprises().size());
	}

	@Test
	void whoHasAnotherSecretIsNotHeard() {
		this.fleet.start(new MemberId("a", 1), signing("one"));
		this.fleet.start(new MemberId("b", 1), signing("other"));
		this.fleet.advanceSeconds(3);
		assertThat(this.fleet.surprises()).isNotEmpty()
			.allSatisfy((surprise) -> assertThat(surprise).endsWith("rejected: signature"));
	}

	private void startAll(MessageSigning signing) {
		for (String node : List.of("a", "b", "c")) {
			this.members.add(this.fleet.start(new MemberId(node, 1), signing));
		}
		this.fleet.advanceSeconds(3);
	}

	private void roll(long incarnation, MessageSigning signing) {
		for (TestMember member : List.copyOf(this.members)) {
			this.members.remove(member);
			member.replicator().leave();
			spendFor(0.5);
			this.members.add(this.fleet.start(new MemberId(member.id().node(), incarnation), signing));
			spendFor(4);
			assertThat(this.members).allSatisfy((each) -> {
				assertThat(each.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
				assertThat(each.fleetSize()).isEqualTo(3);
			});
		}
	}

	// A gateway is sent no requests before it has joined.
	private void spendFor(double seconds) {
		for (int left = (int) (seconds * 50); left > 0; left--) {
			for (TestMember member : this.members.stream().filter(TestMember::isCounted).toList()) {
				Decision decision = member.spender().spend(KEY, 1);
				if (decision.completion() != null) {
					decision.completion().thenAccept((later) -> this.admitted += later.isAdmitted() ? 1 : 0);
				}
				this.admitted += decision.isAdmitted() ? 1 : 0;
			}
			this.fleet.advance(Duration.ofMillis(20));
		}
	}

	private void assertWithinBudget(Duration began) {
		double budget = 1000 + this.fleet.time().elapsed().minus(began).toMillis() / 1e3;
		assertThat((double) this.admitted).isBetween(0.95 * budget, budget + 5);
	}

	private static MessageSigning signing(String... secrets) {
		return MessageSigning.under(List.of(secrets), "default", Unsigned.REJECT);
	}

}
