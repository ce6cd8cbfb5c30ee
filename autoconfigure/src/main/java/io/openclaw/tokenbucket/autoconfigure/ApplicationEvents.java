package io.openclaw.tokenbucket.autoconfigure;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ApplicationEventPublisher;

import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveRateChanged;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.resilience.CircuitStateChanged;
import io.openclaw.tokenbucket.resilience.FallbackChanged;
import io.openclaw.tokenbucket.resilience.FallbackListener;

/**
 * Publishes changes as events of the application, one after the other on a thread of its
 * own: a listener of the application's must not hold up replication or requests.
 * Thread-safe.
 */
final class ApplicationEvents implements ReplicationListener, FallbackListener, AutoCloseable {

	private static final Log logger = LogFactory.getLog(ApplicationEvents.class);

	private static final int MOST_PENDING = 1000;

	private final ApplicationEventPublisher publisher;

	private final ThreadPoolExecutor executor;

	ApplicationEvents(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
		this.executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_PENDING),
				ApplicationEvents::newThread, new ThreadPoolExecutor.DiscardOldestPolicy());
		this.executor.allowCoreThreadTimeOut(true);
	}

	@Override
	public void onMembershipChange(MembershipChanged change) {
		publish(change);
	}

	@Override
	public void onFallbackChange(FallbackChanged change) {
		publish(change);
	}

	void onCircuitChange(CircuitStateChanged change) {
		publish(change);
	}

	void onRateChange(AdaptiveRateChanged change) {
		publish(change);
	}

	/**
	 * Drops what has not been published yet.
	 */
	@Override
	public void close() {
		this.executor.shutdownNow();
	}

	private void publish(Object event) {
		this.executor.execute(() -> {
			try {
				this.publisher.publishEvent(event);
			}
			catch (RuntimeException ex) {
				logger.error("A listener failed on " + event, ex);
			}
		});
	}

	private static Thread newThread(Runnable task) {
		Thread thread = new Thread(task, "openclaw-events");
		thread.setDaemon(true);
		return thread;
	}

}
