package io.openclaw.tokenbucket.observability;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;

class CompositeReplicationListenerTests {

	private static final RuntimeException FAILURE = new IllegalStateException("broken");

	private final ReplicationListener first = mock();

	private final ReplicationListener second = mock();

	@Test
	void tellsEveryListenerEverything() {
		tell(new CompositeReplicationListener(List.of(this.first, this.second)));
		verifyTold(this.first);
		verifyTold(this.second);
	}

	/** Else a message that has arrived would be lost with what it says. */
	@Test
	void aListenerThatThrowsKeepsNobodyFromBeingTold() {
		ReplicationListener broken = mock(ReplicationListener.class, (call) -> {
			throw FAILURE;
		});
		tell(new CompositeReplicationListener(List.of(broken, this.second)));
		verifyTold(this.second);
	}

	@Test
	void leavesNoMethodToTheInterface() throws NoSuchMethodException {
		for (Method method : ReplicationListener.class.getMethods()) {
			Method own = CompositeReplicationListener.class.getMethod(method.getName(), method.getParameterTypes());
			assertThat(own.getDeclaringClass()).as(method.getName()).isEqualTo(CompositeReplicationListener.class);
		}
	}

	private static void verifyTold(ReplicationListener listener) {
		verify(listener).onSent(1);
		verify(listener).onReceived(2);
		verify(listener).onRejected("size");
		verify(listener).onBatchPublished(3);
		verify(listener).onBatchMerged(4);
		verify(listener).onRoundTrip(Duration.ofMillis(5));
		verify(listener).onRepair();
		verify(listener).onFailure(FAILURE);
		verify(listener).onStateChange(FleetState.JOINING, FleetState.HEALTHY);
		verifyNoMoreInteractions(listener);
	}

	private static void tell(ReplicationListener listener) {
		listener.onSent(1);
		listener.onReceived(2);
		listener.onRejected("size");
		listener.onBatchPublished(3);
		listener.onBatchMerged(4);
		listener.onRoundTrip(Duration.ofMillis(5));
		listener.onRepair();
		listener.onFailure(FAILURE);
		listener.onStateChange(FleetState.JOINING, FleetState.HEALTHY);
	}

}
