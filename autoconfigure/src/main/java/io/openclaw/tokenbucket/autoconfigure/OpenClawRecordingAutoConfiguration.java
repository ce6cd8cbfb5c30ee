package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;

import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.observability.audit.JsonLines;
import io.openclaw.tokenbucket.observability.audit.Recording;

/**
 * {@link AutoConfiguration Auto-configuration} for the file of what a gateway saw; there
 * is none unless {@code openclaw.recording.file} names it.
 */
@AutoConfiguration(after = OpenClawLimiterAutoConfiguration.class)
@ConditionalOnClass(JsonMapper.class)
@ConditionalOnProperty("openclaw.recording.file")
@ConditionalOnBean({ BucketStore.class, OpenClawSettings.class })
public final class OpenClawRecordingAutoConfiguration {

	@Bean
	JsonLines openClawRecordingLines(OpenClawProperties properties) {
		return OpenClawAuditAutoConfiguration.open(properties.recording());
	}

	@Bean
	Recording openClawRecording(JsonLines openClawRecordingLines, BucketStore store, OpenClawSettings settings,
			NanoClock clock) {
		return new Recording(openClawRecordingLines::add, clock, settings.replication(),
				() -> List.copyOf(store.limits().definitions().values()));
	}

}
