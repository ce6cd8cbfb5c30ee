package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.MemberStatus;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.Standing;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class FleetJournalTests {

	private final List<MemberStatus> members = new ArrayList<>();

	private final FleetJournal journal = new FleetJournal(() -> this::status);

	@BeforeEach
	void meetBobAndCarol() {
		this.members.add(member("bob", 1, Standing.MEMBER, true));
		this.members.add(member("carol", 7, Standing.MEMBER, true));
		change();
	}

	@Test
	void whoJoinsIsNamed(CapturedOutput output) {
		this.members.add(member("dave", 2, Standing.MEMBER, true));
		change();
		assertLine(output, "INFO", "Gateway dave#2 in eu-central-1 joined; fleet of 4, 4 heard");
	}

	@Test
	void whoIsLostIsNamedWithItsSilenceAndAgainWhenItIsHeard(CapturedOutput output) {
		this.members.set(0, member("bob", 1, Standing.MEMBER, false));
		change();
		assertLine(output, "WARN", "Gateway bob#1 in eu-central-1 was lost: silent for 900 ms; fleet of 3, 2 heard");
		this.members.set(0, member("bob", 1, Standing.MEMBER, true));
		change();
		assertLine(output, "INFO", "Gateway bob#1 in eu-central-1 is heard again; fleet of 3, 3 heard");
	}

	@Test
	void whoIsRemovedIsNamed(CapturedOutput output) {
		this.members.set(0, member("bob", 1, Standing.MEMBER, false));
		change();
		this.members.remove(0);
		change();
		assertLine(output, "WARN",
				"Gateway bob#1 in eu-central-1 was removed: it gave no sign of life; fleet of 2, 2 heard");
	}

	@Test
	void whoSaidGoodbyeHasLeft(CapturedOutput output) {
		this.members.set(0, member("bob", 1, Standing.LEAVING, true));
		change();
		this.members.remove(0);
		change();
		assertLine(output, "INFO", "Gateway bob#1 in eu-central-1 has left; fleet of 2, 2 heard");
		assertThat(output.getAll().lines().filter((line) -> line.contains("bob#1 in eu-central-1 has left")))
			.hasSize(1);
	}

	@Test
	void whoIsReplacedIsNamedWithItsSuccessor(CapturedOutput output) {
		this.members.set(0, member("bob", 2, Standing.MEMBER, true));
		change();
		assertLine(output, "INFO", "Gateway bob#1 in eu-central-1 was replaced by #2, which started later");
	}

	@Test
	void nobodyIsNamedTwice(CapturedOutput output) {
		long before = output.getAll().lines().count();
		change();
		assertThat(output.getAll().lines().count()).isEqualTo(before);
	}

	private static void assertLine(CapturedOutput output, String level, String text) {
		assertThat(output.getAll().lines().filter((line) -> line.contains(text))).singleElement()
			.asString()
			.contains(level);
	}

	private void change() {
		this.journal.onMembershipChange(new MembershipChanged(FleetState.HEALTHY, 1, List.of()));
	}

	private ReplicationStatus status() {
		long counted = this.members.stream().filter((member) -> member.standing() == Standing.MEMBER).count();
		return new ReplicationStatus(new MemberId("alice", 1), null, Standing.MEMBER, FleetState.HEALTHY,
				1 + (int) counted, List.copyOf(this.members), List.of(), Duration.ZERO, 0, 0, 0);
	}

	private static MemberStatus member(String node, long incarnation, Standing standing, boolean heard) {
		return new MemberStatus(new MemberId(node, incarnation), "eu-central-1", standing, heard, heard,
				Duration.ofMillis(heard ? 20 : 900), null, 0);
	}

}
