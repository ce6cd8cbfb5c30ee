package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.MessageSigning.Unsigned;
import io.openclaw.tokenbucket.replication.port.SecretMismatch;
import io.openclaw.tokenbucket.replication.port.SecretMismatch.Reason;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

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

	private MessageSigning unsecured = MessageSigning.NONE;

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
	void whoeverLacksTheSecretOfTheOthersSaysSoAndMakesNoPromises() {
		startAll(signing("s3cret"));
		TestMember without = this.fleet.start(new MemberId("x", 1), unsecured());
		this.fleet.advanceSeconds(4);
		assertThat(without.spender().limiter().state()).isEqualTo(FleetState.REFUSED);
		assertThat(refusedBy(without)).containsExactlyInAnyOrder(new SecretMismatch("a", Reason.NO_SECRET_HERE),
				new SecretMismatch("b", Reason.NO_SECRET_HERE), new SecretMismatch("c", Reason.NO_SECRET_HERE));
		assertThat(this.members)
			.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
		int admitted = 0;
		while (without.spender().spend(KEY, 1).isAdmitted()) {
			admitted++;
		}
		assertThat(admitted).isLessThan(1000);
		assertThat(without.spender().spend(KEY, 1).nanosToWait()).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void whoeverWasThereBeforeTheSecretSaysThatItIsRefused() {
		TestMember without = this.fleet.start(new MemberId("x", 1), unsecured());
		this.fleet.advanceSeconds(3);
		this.fleet.start(new MemberId("a", 1), signing("s3cret"));
		this.fleet.advanceSeconds(4);
		assertThat(refusedBy(without)).containsExactly(new SecretMismatch("a", Reason.NO_SECRET_HERE));
	}

	@Test
	void whoeverLacksTheSecretIsNotRefusedWhereTheOthersAcceptIt() {
		startAll(MessageSigning.under(List.of("s3cret"), "default", Unsigned.ACCEPT));
		TestMember without = this.fleet.start(new MemberId("x", 1), unsecured());
		for (int i = 0; i < 100; i++) {
			this.fleet.advance(Duration.ofMillis(100));
			assertThat(without.spender().limiter().state()).isNotEqualTo(FleetState.REFUSED);
			assertThat(refusedBy(without)).isEmpty();
		}
		assertThat(without.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
	}

	@Test
	void whoeverIsRefusedJoinsOnceTheOthersAcceptIt() {
		TestMember other = this.fleet.start(new MemberId("a", 1), signing("s3cret"));
		TestMember without = this.fleet.start(new MemberId("x", 1), unsecured());
		this.fleet.advanceSeconds(4);
		other.replicator().leave();
		this.fleet.advanceSeconds(1);
		this.fleet.start(new MemberId("a", 2), MessageSigning.under(List.of("s3cret"), "default", Unsigned.ACCEPT));
		this.fleet.advanceSeconds(15);
		assertThat(without.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		assertThat(refusedBy(without)).isEmpty();
	}

	@Test
	void gatewaysWithDifferentSecretsNameEachOtherForAsLongAsTheySpeak() {
		MessageSigning one = MessageSigning.under(List.of("one"), "default", Unsigned.REJECT, this.fleet.time());
		TestMember a = this.fleet.start(new MemberId("a", 1), one);
		TestMember b = this.fleet.start(new MemberId("b", 1), signing("other"));
		this.fleet.advanceSeconds(1);
		assertThat(one.secretMismatches()).containsExactly(new SecretMismatch("b", Reason.OTHER_SECRET));
		assertThat(a.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		b.kill();
		this.fleet.advanceSeconds(11);
		assertThat(one.secretMismatches()).isEmpty();
	}

	@Test
	void senderNamesThatNobodyCanHaveAreNotRepeated() {
		MessageSigning signing = signing("s3cret");
		byte[] forged = MessageBuilder.from(new MemberId("\u001b[31m\nroot", 1), Standing.MEMBER).encode();
		assertThatException().isThrownBy(() -> MessageCodec.read(forged, signing)).withMessage("unsigned");
		byte[] cut = Arrays.copyOf(forged, 3);
		assertThatException().isThrownBy(() -> MessageCodec.read(cut, signing)).withMessage("unsigned");
		assertThat(signing.secretMismatches()).containsExactly(new SecretMismatch("(unnamed)", Reason.UNSIGNED));
	}

	@Test
	void inventedSendersAreNotRememberedWithoutBound() {
		MessageSigning signing = signing("s3cret");
		for (int i = 0; i < 1000; i++) {
			byte[] forged = MessageBuilder.from(new MemberId("n" + i, 1), Standing.MEMBER).encode();
			assertThatException().isThrownBy(() -> MessageCodec.read(forged, signing)).withMessage("unsigned");
		}
		assertThat(signing.secretMismatches()).hasSize(16);
	}

	private MessageSigning unsecured() {
		this.unsecured = MessageSigning.under(List.of(), "default", Unsigned.REJECT, this.fleet.time());
		return this.unsecured;
	}

	private List<SecretMismatch> refusedBy(TestMember member) {
		return member.replicator().status().refusing(this.unsecured.secretMismatches()).refused();
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
