package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.LimitSections;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.replication.wire.Sections;
import io.openclaw.tokenbucket.replication.wire.WireWriter;

import static org.assertj.core.api.Assertions.assertThat;

class LimitGossipTests {

	private static final MemberId B = new MemberId("b", 1);

	private static final RefillRate RATE = RefillRate.of(2, Duration.ofSeconds(1));

	private final TestFleet fleet = new TestFleet();

	private static final LimitDefinition CONFIGURED = new LimitDefinition(Spender.limit(1000), 0, Consistency.BOUNDED,
			Mode.ENFORCE);

	private final List<TestMember> members = this.fleet.startTogether("a", "b", "c");

	@Test
	void aChangeReachesAllWithinAMessage() {
		change(this.members.get(1), definition(500, 0, 1));
		this.fleet.advance(Duration.ofMillis(50));
		assertThat(this.members).allSatisfy((member) -> assertThat(of(member)).isEqualTo(definition(500, 0, 1)));
	}

	@Test
	void whoMissedTheNewsIsToldWhenItSaysWhatItFollows() {
		TestMember c = this.members.get(2);
		c.pause();
		change(this.members.get(0), definition(500, 0, 1));
		change(this.members.get(1), definition(700, 3, 0));
		this.fleet.advanceSeconds(5);
		c.wake(() -> {
		});
		this.fleet.advanceSeconds(2);
		assertThat(this.members).allSatisfy((member) -> assertThat(of(member).version()).isEqualTo("3.0"));
		assertThat(of(c).limit().capacity()).isEqualTo(MicroTokens.ofTokens(700));
	}

	@Test
	void whatCouldNotBeConfiguredIsCountedAndIgnored() {
		LimitDefinition before = of(this.members.get(0));
		forge(new LimitDefinition(new Limit(Spender.LIMIT, 999_999, RATE, 0, 9), 0, Consistency.STRICT, Mode.ENFORCE));
		forge(new LimitDefinition(new Limit(Spender.LIMIT, 1_000_000, new RefillRate(1, Long.MAX_VALUE), 0, 9), 0,
				Consistency.STRICT, Mode.ENFORCE));
		forge((out) -> write(out, -5, 1_000_000, 0));
		forge((out) -> write(out, 5, -1_000_000, 0));
		forge((out) -> write(out, 5, 1_000_000, 9));
		assertThat(this.fleet.surprises()).hasSize(2 * 5)
			.allMatch((surprise) -> surprise.endsWith("rejected: definition"));
		assertThat(this.members).allSatisfy((member) -> assertThat(of(member)).isEqualTo(before));
	}

	@Test
	void whatIsNoListOfDefinitionsIsMalformed() {
		forge((out) -> out.writeNumber(3));
		forge((out) -> {
			out.writeNumber(0);
			out.writeByte(1);
		});
		assertThat(this.fleet.surprises()).hasSize(2 * 2)
			.allMatch((surprise) -> surprise.endsWith("malformed") || surprise.endsWith("truncated"));
	}

	@Test
	void limitsThatAreUnknownHereAreIgnored() {
		forge(new LimitDefinition(new Limit("unknown", 1_000_000, RATE, 0, 9), 0, Consistency.STRICT, Mode.ENFORCE));
		assertThat(this.fleet.surprises()).isEmpty();
		assertThat(this.members.get(0).spender().limiter().limits()).containsExactly(Spender.LIMIT);
	}

	@Test
	void membersWhoseIntervalsDifferHearEachOther() {
		TestMember a = this.members.get(0);
		for (Duration interval : List.of(Duration.ofSeconds(1), Duration.ofMillis(20), Duration.ofMillis(200))) {
			a.spender().store().limits().changeSyncInterval(interval);
			a.replicator().changeSyncInterval(interval);
			for (int i = 0; i < 100; i++) {
				this.fleet.advance(Duration.ofMillis(50));
				assertThat(this.members).as("interval %s", interval)
					.allSatisfy(
							(member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
			}
		}
	}

	private void change(TestMember member, LimitDefinition definition) {
		member.spender()
			.store()
			.changes()
			.follow(Spender.LIMIT, (current) -> definition, LimitSource.ENDPOINT, this.fleet.time().nanoTime());
	}

	private static LimitDefinition of(TestMember member) {
		return member.spender().store().limits().definitions().get(Spender.LIMIT);
	}

	private static LimitDefinition definition(long capacity, long revision, long edit) {
		long initial = MicroTokens.ofTokens(Math.min(capacity, 500));
		return new LimitDefinition(new Limit(Spender.LIMIT, MicroTokens.ofTokens(capacity), RATE, initial, revision),
				edit, Consistency.BOUNDED, Mode.ENFORCE, CONFIGURED.basis());
	}

	private static void write(WireWriter out, long revision, long capacity, int consistency) {
		out.writeNumber(1);
		out.writeText(Spender.LIMIT);
		for (long number : new long[] { revision, 0, capacity, 0, 2_000_000, 1_000_000_000 }) {
			out.writeNumber(number);
		}
		out.writeByte(consistency);
		out.writeByte(0);
		out.writeNumber(0);
	}

	private void forge(LimitDefinition definition) {
		forge(LimitSections.definitions(Sections.NONE, List.of(definition)));
	}

	private void forge(Consumer<WireWriter> content) {
		forge(Sections.NONE.with(LimitSections.DEFINITIONS, content));
	}

	private void forge(Sections sections) {
		Message message = MessageBuilder.from(B, Standing.MEMBER).sections(sections).build();
		this.fleet.forge(B, MessageCodec.encode(message));
		this.fleet.advance(Duration.ofMillis(20));
	}

}
