package io.openclaw.sample.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.context.ApplicationListener;
import org.springframework.stereotype.Component;

/**
 * Refreshes the configuration whenever the file that {@code sample.follow-configuration}
 * names has other content. Looks at it, since a mounted ConfigMap is replaced by a link,
 * which no watcher of the file sees. A file with a mistake changes nothing.
 */
@Component
@ConditionalOnProperty("sample.follow-configuration")
class ConfigurationFollower implements ApplicationListener<ApplicationReadyEvent>, AutoCloseable {

	private static final Log logger = LogFactory.getLog(ConfigurationFollower.class);

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	private final Path file;

	private final ContextRefresher refresher;

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "configuration-follower");
		thread.setDaemon(true);
		return thread;
	});

	private String followed;

	ConfigurationFollower(@Value("${sample.follow-configuration}") Path file, ContextRefresher refresher)
			throws IOException {
		this.file = file;
		this.refresher = refresher;
		this.followed = Files.readString(file);
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		this.scheduler.scheduleWithFixedDelay(this::look, INTERVAL.toMillis(), INTERVAL.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private void look() {
		try {
			String content = Files.readString(this.file);
			if (!content.equals(this.followed)) {
				this.followed = content;
				logger.info("Applied changed properties: " + this.refresher.refresh());
			}
		}
		catch (IOException | RuntimeException ex) {
			logger.error(this.file + " is not applied. The gateway keeps the former configuration", ex);
		}
	}

	@Override
	public void close() {
		this.scheduler.shutdownNow();
	}

}
