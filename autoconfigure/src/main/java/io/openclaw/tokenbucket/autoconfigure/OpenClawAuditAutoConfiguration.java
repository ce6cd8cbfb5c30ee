package io.openclaw.tokenbucket.autoconfigure;

import java.time.InstantSource;
import java.util.Objects;

import io.micrometer.core.instrument.MeterRegistry;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.observability.audit.ConsumptionAudit;
import io.openclaw.tokenbucket.observability.audit.JsonLines;
import io.openclaw.tokenbucket.observability.metrics.AuditMetrics;
import io.openclaw.tokenbucket.observability.metrics.NodeTags;

/**
 * {@link AutoConfiguration Auto-configuration} for the file of everything that was
 * consumed; there is none unless {@code openclaw.audit.file} names it.
 */
@AutoConfiguration(after = { OpenClawLimiterAutoConfiguration.class, OpenClawMetricsAutoConfiguration.class })
@ConditionalOnClass(JsonMapper.class)
@ConditionalOnProperty("openclaw.audit.file")
@ConditionalOnBean(BucketStore.class)
public final class OpenClawAuditAutoConfiguration {

	@Bean
	JsonLines openClawAuditLines(OpenClawProperties properties) {
		return open(properties.audit());
	}

	static JsonLines open(OpenClawProperties.LinesFile settings) {
		JsonMapper json = JsonMapper.builder().build();
		return new JsonLines(Objects.requireNonNull(settings.file()), settings.maxFileSize().toBytes(),
				settings.maxFiles(), settings.queueCapacity(), json::writeValueAsBytes);
	}

	@Bean
	ConsumptionAudit openClawConsumptionAudit(JsonLines openClawAuditLines, BucketStore store) {
		ConsumptionAudit audit = new ConsumptionAudit(openClawAuditLines, InstantSource.system());
		store.reportSpendingTo(audit);
		return audit;
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	static class Metrics {

		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnBean(NodeTags.class)
		AuditMetrics openClawAuditMetrics(JsonLines openClawAuditLines, NodeTags tags) {
			return new AuditMetrics(openClawAuditLines, tags);
		}

	}

}
