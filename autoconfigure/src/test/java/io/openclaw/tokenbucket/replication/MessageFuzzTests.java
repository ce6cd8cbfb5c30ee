package io.openclaw.tokenbucket.replication;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.DelegatingTransport;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.MessageSigning.Unsigned;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport.Listener;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.replication.wire.MutatedMessages;
import io.openclaw.tokenbucket.replication.wire.RandomMessages;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Generated messages, thrown at a running member of a fleet through its transport. As
 * many as the system property {@code openclaw.fuzz.messages} says, from the seed
 * {@code openclaw.fuzz.seed}: <pre>
 * mvn -q -pl autoconfigure test -Dtest=MessageFuzzTests -DargLine=-Dopenclaw.fuzz.messages=1000000
 * </pre>
 */
class MessageFuzzTests {

	private static final int MESSAGES = Integer.getInteger("openclaw.fuzz.messages", 30_000);

	private static final long SEED = Long.getLong("openclaw.fuzz.seed", 20_261_122);

	// What is accepted adds up: members, buckets. So from time to time a new fleet.
	private static final int MESSAGES_OF_A_FLEET = 2_500;

	private static final List<String> KEYS = List.of("4711", "rating", "Zürich", "世界", "a b\n", "😀");

	private static final MessageSigning SECRET = MessageSigning.under(List.of("s3cret"), "default", Unsigned.REJECT);

	private final Map<String, Long> rejected = new TreeMap<>();

	private long accepted;

	@Test
	void noMessageHarmsARunningMember() {
		run(MessageSigning.NONE, MESSAGES);
		assertThat(this.accepted).isGreaterThan(MESSAGES / 100);
		assertThat(this.rejected).containsKeys("truncated", "malformed", "version", "range", "count");
	}

	// But for those that were signed as they are, and by chance were not changed.
	@Test
	void noChangedMessageReachesAMemberThatWantsThemSigned() {
		run(SECRET, MESSAGES / 5);
		assertThat(this.rejected).containsKeys("signature", "unsigned");
	}

	private void run(MessageSigning signing, int messages) {
		for (int number = 0; number * MESSAGES_OF_A_FLEET < messages; number++) {
			long seed = SEED + number;
			try {
				new Target(signing, seed).withstand(Math.min(MESSAGES_OF_A_FLEET, messages));
			}
			catch (RuntimeException | Error ex) {
				throw new AssertionError("seed %d: %s".formatted(seed, ex), ex);
			}
		}
		System.out.printf("%d messages from seed %d: %d accepted, rejected %s%n", messages, SEED, this.accepted,
				this.rejected);
	}

	private final class Target {

		private final TestFleet fleet = new TestFleet();

		private final MessageSigning signing;

		private final List<TestMember> members = new ArrayList<>();

		private final TestMember target;

		private final Set<ByteBuffer> corpus = new HashSet<>();

		private final MutatedMessages messages;

		private @Nullable Listener listener;

		Target(MessageSigning signing, long seed) {
			this.signing = signing;
			this.target = this.fleet.start(new MemberId("a", 1), (transport) -> new DelegatingTransport(transport) {

				@Override
				public void start(MemberId member, Listener messagesListener) {
					Target.this.listener = messagesListener;
					super.start(member, messagesListener);
				}

			}, signing);
			this.members.add(this.target);
			this.members.add(this.fleet.start(new MemberId("b", 1), signing));
			this.members.add(this.fleet.start(new MemberId("c", 1), signing));
			this.fleet.advanceSeconds(2);
			KEYS.forEach((key) -> this.members.forEach((member) -> member.spender().spend(key, 10)));
			this.fleet.advanceSeconds(1);
			Random random = new Random(seed);
			this.messages = new MutatedMessages(random, corpus(new RandomMessages(random.nextLong())));
		}

		private List<byte[]> corpus(RandomMessages random) {
			List<byte[]> corpus = new ArrayList<>();
			this.fleet.wire().log().forEach((sent) -> corpus.add(MessageCodec.write(sent.message(), this.signing)));
			for (int i = 0; i < 100; i++) {
				corpus.add(MessageCodec.write(random.next(), this.signing));
			}
			corpus.forEach((message) -> this.corpus.add(ByteBuffer.wrap(message)));
			return corpus;
		}

		private void withstand(int count) {
			for (int i = 0; i < count; i++) {
				throwAt(this.messages.next());
				if (i % 100 == 0) {
					this.fleet.advance(Duration.ofMillis(1));
					KEYS.forEach((key) -> this.target.spender().spend(key, 1));
				}
			}
			this.fleet.advanceSeconds(0.5);
			assertThat(this.fleet.surprises()).noneMatch((surprise) -> surprise.contains("failed"));
			assertThat(this.target.replicator().status().rejectedMessages())
				.isEqualTo(this.fleet.surprises().stream().filter((surprise) -> surprise.startsWith("a#1")).count());
		}

		private void throwAt(byte[] bytes) {
			String reason = reason(bytes);
			int before = this.fleet.surprises().size();
			Map<String, TokenBucketState> states = (reason != null) ? states() : Map.of();
			int size = this.target.spender().store().size();
			this.listener.onMessage(0, bytes);
			this.fleet.advance(Duration.ZERO);
			List<String> surprises = this.fleet.surprises().subList(before, this.fleet.surprises().size());
			if (reason == null) {
				MessageFuzzTests.this.accepted++;
				if (this.signing == SECRET && !this.corpus.contains(ByteBuffer.wrap(bytes))) {
					throw new AssertionError("accepted what nobody signed");
				}
				return;
			}
			MessageFuzzTests.this.rejected.merge(reason, 1L, Long::sum);
			if (surprises.size() != 1 || !surprises.get(0).equals("a#1 rejected: " + reason)) {
				throw new AssertionError("rejected for " + reason + ", but counted " + surprises);
			}
			if (!states.equals(states()) || size != this.target.spender().store().size()) {
				throw new AssertionError("rejected for " + reason + ", but changed a bucket");
			}
		}

		private Map<String, TokenBucketState> states() {
			Map<String, TokenBucketState> states = new HashMap<>();
			KEYS.forEach((key) -> states.put(key, this.target.spender().state(key)));
			return states;
		}

		private @Nullable String reason(byte[] bytes) {
			try {
				MessageCodec.read(bytes, this.signing);
				return null;
			}
			catch (MalformedMessageException ex) {
				return ex.reason();
			}
		}

	}

}
