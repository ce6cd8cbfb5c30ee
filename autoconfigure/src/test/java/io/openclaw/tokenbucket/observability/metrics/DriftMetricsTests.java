package io.openclaw.tokenbucket.observability.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.observability.Drifts;
import io.openclaw.tokenbucket.observability.Limiters;

import static org.assertj.core.api.Assertions.assertThat;

class DriftMetricsTests {

	@Test
	void showsDriftAndFallbackOfEveryLimit() {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		new DriftMetrics(Limiters.limiter(Limiters.store(NanoClock.SYSTEM), NanoClock.SYSTEM, null),
				Drifts.of("rating", 0.07, 12), new NodeTags(Limiters.SELF, null))
			.bindTo(registry);
		assertThat(registry.scrape()).contains(
				"openclaw_token_bucket_drift{bucket=\"rating\",node=\"edge-a\",region=\"none\"} 12.0",
				"openclaw_token_bucket_drift_ratio{bucket=\"rating\",node=\"edge-a\",region=\"none\"} 0.07",
				"openclaw_fallback_active{bucket=\"rating\",node=\"edge-a\",region=\"none\"} 1.0",
				"openclaw_fallback_active{bucket=\"search\",node=\"edge-a\",region=\"none\"} 0.0",
				"token_drift{bucket=\"rating\"} 12.0");
	}

}
