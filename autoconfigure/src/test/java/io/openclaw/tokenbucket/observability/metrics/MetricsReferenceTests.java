package io.openclaw.tokenbucket.observability.metrics;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.documentation.GeneratedSection;

/**
 * The table of metrics, made of {@link TokenBucketMeterDocumentation}.
 */
class MetricsReferenceTests {

	private static final PrometheusNamingConvention PROMETHEUS = new PrometheusNamingConvention();

	@Test
	void theTableOfMetricsSaysWhatTheMetersSay() {
		GeneratedSection.OBSERVABILITY.check("metrics",
				Stream.of(TokenBucketMeterDocumentation.values())
					.map(MetricsReferenceTests::row)
					.collect(Collectors.joining("\n", "| name | kind, unit | meaning |\n| --- | --- | --- |\n", "")));
	}

	private static String row(TokenBucketMeterDocumentation meter) {
		return "| `%s%s%s` | %s | %s |".formatted(
				PROMETHEUS.name(meter.getName(), meter.getType(), meter.getBaseUnit()),
				(meter.getType() == Meter.Type.COUNTER) ? "_total" : "", labels(meter), kind(meter),
				meter.description());
	}

	private static String labels(TokenBucketMeterDocumentation meter) {
		KeyName[] keys = meter.getKeyNames();
		return (keys.length == 0) ? ""
				: Stream.of(keys).map(KeyName::asString).collect(Collectors.joining(", ", "{", "}"));
	}

	private static String kind(TokenBucketMeterDocumentation meter) {
		String kind = (meter.getType() == Meter.Type.TIMER) ? "histogram"
				: meter.getType().name().toLowerCase(Locale.ROOT);
		return kind + ", " + meter.unit();
	}

}
