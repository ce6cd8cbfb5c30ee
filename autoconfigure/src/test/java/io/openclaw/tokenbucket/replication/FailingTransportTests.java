package io.openclaw.tokenbucket.replication;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A transport should not throw. If it does, replication goes on.
 */
class FailingTransportTests {

	private static final String KEY = "4711";

	private final TestFleet fleet = new TestFleet();

	private Set<String> failing = Set.of();

	private TestMember stricken;

	private TestMember other;

	@BeforeEach
	void startTwo() {
		this.stricken = this.fleet.start(new MemberId("a", 1), this::failing);
		this.other = this.fleet.start("b");
		this.fleet.advanceSeconds(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "publish", "send", "renewPresence", "findPresent", "buses" })
	void replicationGoesOnAfterTheTransportThrew(String method) {
		this.failing = Set.of(method);
		for (int i = 0; i < 50; i++) {
			this.stricken.spender().spend(KEY, 5);
			this.fleet.advance(Duration.ofMillis(100));
		}
		this.failing = Set.of();
		this.fleet.advanceSeconds(3);
		assertThat(List.of(this.stricken, this.other)).allSatisfy((member) -> {
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
			// Refill is withheld while one is not heard.
			assertThat(member.spender().level(KEY)).isBetween(752.0, 759.0);
		});
	}

	@Test
	void aTransportThatThrowsIsNotAskedAtOnceAgain() {
		this.failing = Set.of("publish");
		this.stricken.spender().spend(KEY, 50);
		this.fleet.advanceSeconds(1);
		assertThat(this.fleet.surprises()).isNotEmpty().hasSizeLessThan(20);
	}

	@Test
	void aSearchForPresenceThatNeverEndsHoldsNothingUp() {
		this.failing = Set.of("hang");
		this.fleet.advanceSeconds(40);
		assertThat(this.stricken.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
	}

	@ParameterizedTest
	@ValueSource(strings = { "publish", "removePresence", "close" })
	void leavingEndsThoughTheTransportThrows(String method) {
		this.failing = Set.of(method);
		this.stricken.spender().spend(KEY, 5);
		CompletionStage<Void> left = this.stricken.replicator().leave();
		this.fleet.advanceSeconds(3);
		assertThat(left.toCompletableFuture()).isCompleted();
	}

	private ReplicationTransport failing(ReplicationTransport transport) {
		return (ReplicationTransport) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ReplicationTransport.class }, (proxy, method, arguments) -> {
					if (this.failing.contains(method.getName())) {
						throw new IllegalStateException("out of order");
					}
					if (this.failing.contains("hang") && method.getName().equals("findPresent")) {
						return new CompletableFuture<>();
					}
					try {
						return method.invoke(transport, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

}
