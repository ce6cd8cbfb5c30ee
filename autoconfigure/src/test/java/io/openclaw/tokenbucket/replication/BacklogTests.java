package io.openclaw.tokenbucket.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.DelegatingTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that arrive faster than they are read.
 */
class BacklogTests {

	private final Backlog backlog = new Backlog();

	@Test
	void holdsSoManyMessages() {
		for (int i = 0; i < Backlog.MAX_MESSAGES; i++) {
			assertThat(this.backlog.add(1)).isTrue();
		}
		assertThat(this.backlog.add(1)).isFalse();
		assertThat(this.backlog.drainRefused()).isEqualTo(1);
		assertThat(this.backlog.drainRefused()).isZero();
		this.backlog.remove(1);
		assertThat(this.backlog.add(1)).isTrue();
	}

	@Test
	void holdsSoManyBytes() {
		int half = (int) (Backlog.MAX_BYTES / 2);
		assertThat(this.backlog.add(half)).isTrue();
		assertThat(this.backlog.add(half + 1)).isFalse();
		assertThat(this.backlog.add(half)).isTrue();
		assertThat(this.backlog.add(1)).isFalse();
		this.backlog.remove(half);
		assertThat(this.backlog.add(half)).isTrue();
		assertThat(this.backlog.drainRefused()).isEqualTo(2);
	}

	// Its thread is stuck while hundreds of megabytes arrive.
	@Test
	void aMemberThatCannotKeepUpLosesMessagesAndCountsThem() {
		TestFleet fleet = new TestFleet();
		List<ReplicationTransport.Listener> listeners = new ArrayList<>();
		TestMember member = fleet.start(new MemberId("a", 1), (transport) -> new DelegatingTransport(transport) {

			@Override
			public void start(MemberId self, Listener listener) {
				listeners.add(listener);
				super.start(self, listener);
			}

		});
		fleet.advanceSeconds(2);
		member.pause();
		byte[] oversized = new byte[MessageCodec.MAX_BYTES + 1];
		for (int i = 0; i < 1_000; i++) {
			listeners.get(0).onMessage(0, oversized);
		}
		fleet.advanceSeconds(1);
		member.wake(() -> {
		});
		listeners.get(0).onMessage(0, oversized);
		fleet.advanceSeconds(1);
		Map<String, Integer> reasons = new TreeMap<>();
		fleet.surprises().forEach((surprise) -> reasons.merge(surprise, 1, Integer::sum));
		assertThat(reasons).containsEntry("a#1 rejected: oversized", 32).containsEntry("a#1 rejected: overload", 969);
	}

}
