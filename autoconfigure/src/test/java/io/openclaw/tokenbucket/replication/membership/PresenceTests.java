package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose sign of life counts as faded.
 */
class PresenceTests {

	private static final MemberId A = new MemberId("a", 1);

	private static final MemberId B = new MemberId("b", 1);

	private static final Set<MemberId> BOTH = Set.of(A, B);

	private final StubTransport transport = new StubTransport();

	private final Presence presence = new Presence(new MemberId("me", 1), this.transport, Duration.ofSeconds(30));

	@Test
	void nobodyHasFadedBeforeTheServersWereReachedForThreeSeconds() {
		assertThat(fadedAfter(0, Set.of(A))).isEmpty();
		assertThat(fadedAfter(1, Set.of(A))).isEmpty();
		assertThat(fadedAfter(2, Set.of(A))).isEmpty();
		assertThat(fadedAfter(3, Set.of(A))).containsExactly(B);
		assertThat(fadedAfter(4, BOTH)).isEmpty();
	}

	@Test
	void aBreakBeginsTheThreeSecondsAnew() {
		assertThat(fadedAfter(0, BOTH)).isEmpty();
		assertThat(fadedAfter(2, BOTH)).isEmpty();
		assertThat(fadedAfter(3, null)).isEmpty();
		assertThat(fadedAfter(4, Set.of())).isEmpty();
		assertThat(fadedAfter(6, Set.of())).isEmpty();
		assertThat(fadedAfter(7, Set.of())).isEqualTo(BOTH);
	}

	// A search that hangs until the servers are back, empty, ends without a failure.
	@Test
	void noAnswerForSomeTimeIsABreakAsWell() {
		for (int second = 0; second < 10; second++) {
			assertThat(fadedAfter(second, BOTH)).isEmpty();
		}
		assertThat(fadedAfter(20, Set.of())).isEmpty();
		assertThat(fadedAfter(21, Set.of())).isEmpty();
		assertThat(fadedAfter(22, Set.of())).isEmpty();
		assertThat(fadedAfter(23, Set.of())).isEqualTo(BOTH);
	}

	@Test
	void aLateAnswerNowAndThenIsNoBreak() {
		assertThat(fadedAfter(0, BOTH)).isEmpty();
		assertThat(fadedAfter(1.6, BOTH)).isEmpty();
		assertThat(fadedAfter(2, BOTH)).isEmpty();
		assertThat(fadedAfter(3.2, Set.of(A))).containsExactly(B);
	}

	@Test
	void itRenewsItsOwnSignAndAsksForOthers() {
		List<@Nullable Set<MemberId>> answers = new ArrayList<>();
		this.transport.answer = CompletableFuture.completedStage(Set.of(A));
		this.presence.check(BOTH, 0, answers::add);
		this.transport.answer = CompletableFuture.failedStage(new IllegalStateException("too few"));
		this.presence.check(BOTH, 0, answers::add);
		assertThat(answers).containsExactly(Set.of(A), null);
		assertThat(this.transport.renewed).containsExactly("me#1 for PT30S", "me#1 for PT30S");
	}

	private Set<MemberId> fadedAfter(double seconds, @Nullable Set<MemberId> present) {
		return this.presence.faded(BOTH, present, Long.MAX_VALUE - 1_000_000_000 + (long) (seconds * 1e9));
	}

	private static final class StubTransport implements ReplicationTransport {

		private final List<String> renewed = new ArrayList<>();

		private CompletionStage<Set<MemberId>> answer = new CompletableFuture<>();

		@Override
		public void start(MemberId self, Listener listener) {
		}

		@Override
		public void publish(byte[] message) {
		}

		@Override
		public void send(MemberId recipient, byte[] message) {
		}

		@Override
		public void renewPresence(MemberId member, Duration timeToLive) {
			this.renewed.add(member + " for " + timeToLive);
		}

		@Override
		public void removePresence(MemberId member) {
		}

		@Override
		public CompletionStage<Set<MemberId>> findPresent(Set<MemberId> members) {
			return this.answer;
		}

		@Override
		public List<BusStatus> buses() {
			return List.of();
		}

		@Override
		public void close() {
		}

	}

}
