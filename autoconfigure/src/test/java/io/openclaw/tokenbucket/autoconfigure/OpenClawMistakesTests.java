package io.openclaw.tokenbucket.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.context.reactive.AnnotationConfigReactiveWebApplicationContext;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

import io.openclaw.tokenbucket.gateway.TokenBucketFilters;
import io.openclaw.tokenbucket.gateway.TokenBucketGatewayFilterFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What an application says when it does not start, as people see it.
 */
@ExtendWith(OutputCaptureExtension.class)
class OpenClawMistakesTests {

	private static final String ROUTE = "spring.cloud.gateway.server.webflux.routes[0].";

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			openclaw.buckets.rating.capacity                | -5          | at least 1
			openclaw.buckets.rating.capacity                | 0           | at least 1
			openclaw.buckets.rating.capacity                | 1000000001  | at most 1000000000
			openclaw.buckets.rating.capacity                | lots        | lots
			openclaw.buckets.rating.refill-rate-per-second  | 0           | at least 0.000001
			openclaw.buckets.rating.refill-rate-per-second  | -1          | at least 0.000001
			openclaw.buckets.rating.refill-rate-per-second  | fast        | fast
			openclaw.buckets.rating.refill                  | always      | always
			openclaw.buckets.rating.refill-floor            | 0           | at least 0.01
			openclaw.buckets.rating.refill-floor            | 2           | at most 1
			openclaw.buckets.rating.initial-tokens          | 11          | at most 10
			openclaw.buckets.rating.initial-tokens          | -1          | at least 0
			openclaw.buckets.rating.key                     | apikey      | header:<name>
			openclaw.buckets.rating.key                     | header:     | name of a header
			openclaw.buckets.rating.key                     | api-key:?   | query parameter
			openclaw.buckets.rating.cost                    | 11          | which is 10
			openclaw.buckets.rating.cost                    | 0           | at least 1
			openclaw.buckets.rating.cost                    | cheap       | RequestCost bean
			openclaw.buckets.rating.cost                    | payload-size:lots | such as payload-size:1KB
			openclaw.buckets.rating.cost                    | payload-size:0KB | at least one byte
			openclaw.buckets.rating.cost                    | payload-size: | at least one byte
			openclaw.buckets.rating.cost                    | reserve:11  | which is 10
			openclaw.buckets.rating.settle                  | header:X-Used | reserve:<tokens>
			openclaw.buckets.rating.settle-on-error         | refund      | Set settle
			openclaw.buckets.rating.settle-on-error         | sometimes   | REFUND
			openclaw.buckets.rating.overdraft               | 5           | Set settle
			openclaw.buckets.rating.scope                   | service     | ROUTE
			openclaw.buckets.rating.overrides.gold.keys     | ''          | lists no key
			openclaw.buckets.rating.overrides.gold.capacity | 0           | at least 1
			openclaw.buckets.rating.overrides.gold.refill-rate-per-second | 0 | at least 0.000001
			openclaw.buckets.rating.overrides.gold.initial-tokens | 11    | at most 10
			openclaw.buckets.rating.overrides.gold.capcity  | 5           | capcity
			openclaw.buckets.rating.consistency             | exact       | STRICT
			openclaw.buckets.rating.mode                    | dry-run     | SHADOW
			openclaw.buckets.rating.on-missing-key          | ignore      | SHARED
			openclaw.headers                                | x           | STANDARD
			openclaw.circuit-breaker.latency-threshold      | 0ms         | at least 1ms
			openclaw.circuit-breaker.latency-threshold      | slow        | slow
			openclaw.circuit-breaker.enabled                | maybe       | maybe
			openclaw.circuit-breaker.routes.orders.latency-threshold | 2h | at most 3600000ms
			openclaw.circuit-breaker.routes.orders.enabled  | maybe       | maybe
			openclaw.circuit-breaker.routes.orders.enabled  | true        | orders.latency-threshold
			openclaw.circuit-breaker.routes.orders.treshold | 1s          | treshold
			openclaw.proxies.hops                           | -1          | at least 0
			openclaw.proxies.hops                           | 33          | at most 32
			openclaw.proxies.hops                           | all         | all
			openclaw.proxies.trusted[0]                     | 10.0.0.0/33 | between 1 and 32
			openclaw.proxies.trusted[0]                     | 10.1.2.3/8  | 10.0.0.0/8
			openclaw.proxies.trusted[0]                     | 0.0.0.0/0   | trusts everybody
			openclaw.proxies.trusted[0]                     | proxy.local | 192.0.2.7
			openclaw.proxies.header                         | x-real-ip   | X_FORWARDED_FOR
			openclaw.hash-keys                              | perhaps     | perhaps
			openclaw.revision                               | -1          | at least 0
			openclaw.node.id                                | a b         | letters, digits
			openclaw.node.region                            | a/b         | letters, digits
			openclaw.crdt.namespace                         | a:b         | letters, digits
			openclaw.crdt.replication-factor                | 0           | at least 1
			openclaw.crdt.sync-interval                     | 1ms         | at least 10ms
			openclaw.crdt.credit-wait                       | -1ms        | at least 0ms
			openclaw.crdt.credit-wait                       | soon        | soon
			openclaw.crdt.member-timeout                    | 1s          | at least 2000ms
			openclaw.crdt.max-keys                          | 0           | at least 1
			openclaw.fallback.drift-threshold               | 0           | at least 0.001
			openclaw.fallback.drift-threshold               | much        | much
			openclaw.fallback.hold                          | 100ms       | at least 1000ms
			openclaw.fallback.hold                          | 2h          | at most 3600000ms
			openclaw.fallback.quota                         | 0           | above 0
			openclaw.fallback.quota                         | 1.1         | at most 1
			openclaw.fallback.quota                         | half        | fair-share
			openclaw.crdt.secret[0]                         | ' '         | long random text
			openclaw.key-secret[0]                          | ' '         | long random text
			openclaw.crdt.required                          | perhaps     | perhaps
			openclaw.buckets.rating.capcity                 | 5           | capcity
			openclaw.rejection-log.lines-per-minute         | -1          | at least 0
			openclaw.rejection-log.lines-per-minute         | 1000001     | at most 1000000
			openclaw.rejection-log.probability              | 1.5         | at most 1
			openclaw.rejection-log.probability              | NaN         | at most 1
			openclaw.rejection-log.probability              | -0.1        | at least 0
			openclaw.audit.max-files                        | 0           | at least 1
			openclaw.audit.max-files                        | 99999999999 | 99999999999
			openclaw.audit.max-file-size                    | 0B          | at least 1024B
			openclaw.audit.max-file-size                    | -1MB        | at least 1024B
			openclaw.audit.max-file-size                    | 1TB         | at most 107374182400B
			openclaw.audit.queue-capacity                   | 0           | at least 1
			openclaw.audit.queue-capacity                   | 10000001    | at most 10000000
			openclaw.audit.file                             | src         | it is a directory
			openclaw.audit.file                             | pom.xml/a/b | may write
			openclaw.recording.max-files                    | -3          | at least 1
			openclaw.recording.queue-capacity               | -1          | at least 1
			openclaw.recording.max-file-size                | 1B          | at least 1024B
			openclaw.recording.file                         | src         | it is a directory
			openclaw.console.gateways[0]                    | eu.local/actuator/console | https://
			openclaw.console.gateways[0]                    | ftp://eu/x  | https://
			openclaw.console.extension                      | extra.js    | one slash
			openclaw.console.extension                      | //cdn.local/a.js | one slash
			openclaw.bukkets.rating.capacity                | 5           | bukkets
			""")
	void aWrongValueFailsStartUpWithItsPropertyAndAMend(String property, String value, String mend,
			CapturedOutput output) {
		failToStart(ConfigurationAlone.class, property + "=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START", property, mend);
	}

	@ParameterizedTest
	@CsvSource({ "settle, cheap, ResponseCost bean", "overdraft, -1, at least 0" })
	void aWrongWayToSettleFailsStartUpWithItsPropertyAndAMend(String property, String value, String mend,
			CapturedOutput output) {
		String settle = property.equals("settle") ? value : "header:X-Used";
		String overdraft = property.equals("overdraft") ? value : "5";
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.cost=reserve:5",
				"openclaw.buckets.rating.settle=" + settle, "openclaw.buckets.rating.overdraft=" + overdraft);
		assertThat(output).contains("APPLICATION FAILED TO START", "openclaw.buckets.rating." + property, mend);
	}

	@Test
	void aCostInAdvanceThatNothingSettlesFailsStartUp(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.cost=post-paid");
		assertThat(output).contains("openclaw.buckets.rating.settle", "json:/usage/total_tokens");
	}

	@Test
	void aMistakeIsReportedWithItsValueAndOrigin(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.capacity=-5");
		assertThat(output).contains("Property: openclaw.buckets.rating.capacity", "Value: \"-5\"",
				"Origin: \"openclaw.buckets.rating.capacity\" from property source \"commandLineArgs\"",
				"Reason: it is out of range", "Set it to at least 1 and at most 1000000000.");
	}

	@Test
	void anAuditAndARecordingInOneFileAreRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.audit.file=target/same.jsonl",
				"openclaw.recording.file=target/same.jsonl");
		assertThat(output).contains("openclaw.recording.file", "a file of its own");
	}

	@Test
	void aMemberTimeoutThatSlowGatewaysCannotMeetIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.crdt.member-timeout=3s", "openclaw.crdt.sync-interval=1s");
		assertThat(output).contains("openclaw.crdt.member-timeout", "more than 3 times", "3000ms");
	}

	@Test
	void aLimitWithoutACapacityIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.bare.refill-rate-per-second=1");
		assertThat(output).contains("openclaw.buckets.bare.capacity", "(none)", "it is missing");
	}

	@Test
	void aLimitWithoutARateIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.bare.capacity=1");
		assertThat(output).contains("openclaw.buckets.bare.refill-rate-per-second", "has no rate",
				"openclaw.buckets.bare.refill-period");
	}

	@Test
	void aRateGivenTwiceIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.refill-tokens=1");
		assertThat(output).contains("openclaw.buckets.rating.refill-rate-per-second", "given twice");
	}

	@Test
	void halfARateIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.half.capacity=1",
				"openclaw.buckets.half.refill-tokens=1");
		assertThat(output).contains("openclaw.buckets.half.refill-period", "such as 1m");
	}

	@ParameterizedTest
	@CsvSource({ "0,1m,refill-tokens,at least 1", "1000000001,1m,refill-tokens,at most 1000000000",
			"5,0s,refill-period,at least 1ms", "5,often,refill-period,often", "many,1m,refill-tokens,many" })
	void aPeriodicRateOutOfRangeIsRefused(String tokens, String period, String property, String mend,
			CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.periodic.capacity=1",
				"openclaw.buckets.periodic.refill-tokens=" + tokens,
				"openclaw.buckets.periodic.refill-period=" + period);
		assertThat(output).contains("APPLICATION FAILED TO START", "openclaw.buckets.periodic." + property, mend);
	}

	@Test
	void twoOverridesThatListTheSameKeyAreRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.key=user",
				"openclaw.buckets.rating.overrides.gold.keys=alice,bob",
				"openclaw.buckets.rating.overrides.silver.keys=carol,alice");
		assertThat(output).contains("Property: openclaw.buckets.rating.overrides.silver.keys[1]", "Value: \"alice\"",
				"listed twice, for 'rating.gold' and for 'rating.silver'");
	}

	@Test
	void anApiKeyThatIsListedTwiceIsNotShown(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.overrides.gold.keys=s3cret,s3cret");
		assertThat(output).contains("openclaw.buckets.rating.overrides.gold.keys[1]", "listed twice")
			.doesNotContain("Value: \"s3cret\"");
	}

	@Test
	void anOverrideForNoAddressIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.key=ip",
				"openclaw.buckets.rating.overrides.gold.keys=partner-1");
		assertThat(output).contains("openclaw.buckets.rating.overrides.gold.keys[0]", "2001:db8::/64");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			database       | openclaw.buckets.rating.plan | name of a PlanResolver bean (there is none)
			header:        | openclaw.buckets.rating.plan | needs the name of a header
			claim          | openclaw.buckets.rating.plan | needs the name of a claim
			""")
	void aPlanThatCannotBeUnderstoodIsRefused(String plan, String property, String mend, CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.plan=" + plan,
				"openclaw.buckets.rating.overrides.gold.capacity=20");
		assertThat(output).contains("Property: " + property, mend);
	}

	@Test
	void aPlanOfALimitThatHasNoneIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.plan=header:X-Plan");
		assertThat(output).contains("Property: openclaw.buckets.rating.plan", "openclaw.buckets.rating.overrides");
	}

	@ParameterizedTest
	@CsvSource({ "timeout, 0ms", "time-to-live, 0s", "hold, -1s", "max-keys, 0" })
	void aSettingOfPlansThatIsOutOfRangeIsRefused(String name, String value, CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.plans." + name + "=" + value);
		assertThat(output).contains("Property: openclaw.plans." + name, "out of range");
	}

	@Test
	void anOverrideThatIsNamedLikeALimitIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.overrides.gold.keys=alice",
				"openclaw.buckets[rating.gold].capacity=1", "openclaw.buckets[rating.gold].refill-rate-per-second=1");
		assertThat(output).contains("openclaw.buckets.rating.gold", "both be named 'rating.gold'");
	}

	@Test
	void aCostAboveTheCapacityOfAnOverrideIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets.rating.cost=5",
				"openclaw.buckets.rating.overrides.small.keys=alice",
				"openclaw.buckets.rating.overrides.small.capacity=4");
		assertThat(output).contains("openclaw.buckets.rating.cost", "which is 4");
	}

	/** A pain of users of other limiters: spring-cloud-gateway PR #2453. */
	@ParameterizedTest
	@CsvSource({ "openclaw.buckets.rating.capacity, 0", "openclaw.buckets.rating.capacity, -1",
			"openclaw.buckets.rating.initial-tokens, 11", "openclaw.buckets.rating.cost, 11",
			"openclaw.buckets.rating.overrides.gold.capacity, 0" })
	void anInvalidBurstIsRefused(String property, String value, CapturedOutput output) {
		failToStart(ConfigurationAlone.class, property + "=" + value);
		assertThat(output).contains("Property: " + property, "Value: \"" + value + "\"");
	}

	@Test
	void aLimitWhoseNameCannotBeUsedIsRefused(CapturedOutput output) {
		failToStart(ConfigurationAlone.class, "openclaw.buckets[a,b].capacity=1",
				"openclaw.buckets[a,b].refill-rate-per-second=1");
		assertThat(output).contains("APPLICATION FAILED TO START", "a,b", "letters, digits");
	}

	@Test
	void aRouteThatNamesAnUnknownLimitIsRefused(CapturedOutput output) {
		failToStart(Gateway.class, ROUTE + "id=r", ROUTE + "uri=http://127.0.0.1:1", ROUTE + "predicates[0]=Path=/**",
				ROUTE + "filters[0]=StripPrefix=1", ROUTE + "filters[1]=TokenBucket=rating,ratng");
		assertThat(output).contains("Property: " + ROUTE + "filters[1]", "Value: \"TokenBucket=rating,ratng\"",
				"There is no limit 'ratng'; there are: rating", "openclaw.buckets.ratng");
	}

	@Test
	void aRouteThatNamesNoLimitIsRefused(CapturedOutput output) {
		failToStart(Gateway.class, ROUTE + "id=r", ROUTE + "uri=http://127.0.0.1:1", ROUTE + "predicates[0]=Path=/**",
				ROUTE + "filters[0].name=TokenBucket");
		assertThat(output).contains("Property: " + ROUTE + "filters[0]", "TokenBucket names no limit");
	}

	@Test
	void aDefaultFilterThatNamesAnUnknownLimitIsRefused(CapturedOutput output) {
		failToStart(Gateway.class, "spring.cloud.gateway.server.webflux.default-filters[0]=TokenBucket=all");
		assertThat(output).contains("spring.cloud.gateway.server.webflux.default-filters[0]",
				"There is no limit 'all'");
	}

	@Test
	void severalKeyResolversAreExplained(CapturedOutput output) {
		failToStart(SeveralResolvers.class);
		assertThat(output).contains("APPLICATION FAILED TO START", "RequestRateLimiter", "userResolver",
				"tenantResolver", "spring.cloud.gateway.server.webflux.filter.request-rate-limiter.enabled=false",
				"@Primary", "defaultCandidate");
	}

	@Test
	void aRouteInCodeThatNamesAnUnknownLimitIsRefused(CapturedOutput output) {
		failToStart(RouteInCode.class);
		assertThat(output).contains("APPLICATION FAILED TO START", "There is no limit 'ratng'; there are: rating",
				"Configure openclaw.buckets.ratng");
	}

	@Test
	void aFluentRouteInCodeThatNamesAnUnknownLimitIsRefused(CapturedOutput output) {
		failToStart(FluentRouteInCode.class);
		assertThat(output).contains("APPLICATION FAILED TO START", "There is no limit 'ratng'; there are: rating",
				"Configure openclaw.buckets.ratng");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					openclaw.crdt.required=true                                    | openclaw.crdt.required | no Redis is configured
					openclaw.crdt.required=true;spring.redis.host=127.0.0.1        | spring.redis.host      | Rename it to spring.data.redis.host
					openclaw.crdt.required=true;spring.data.redis.host=            | spring.data.redis.host | it is blank
					openclaw.crdt.required=true;spring.data.redis.url=             | spring.data.redis.url  | it is blank
					""")
	void aGatewayThatMustShareItsBudgetsNamesTheRedisPropertyThatIsMissing(String properties, String property,
			String reason, CapturedOutput output) {
		failToStart(ConfigurationAlone.class, properties.split(";"));
		assertThat(output).contains("APPLICATION FAILED TO START", "Property: " + property, reason);
	}

	private static void failToStart(Class<?> application, String... properties) {
		SpringApplication spring = new SpringApplication(application);
		spring.setDefaultProperties(Map.of("server.port", "0", "server.address", "127.0.0.1",
				"openclaw.buckets.rating.capacity", "10", "openclaw.buckets.rating.refill-rate-per-second", "1"));
		if (application == ConfigurationAlone.class) {
			spring.setApplicationContextFactory((type) -> new AnnotationConfigReactiveWebApplicationContext());
		}
		String[] arguments = Arrays.stream(properties).map((property) -> "--" + property).toArray(String[]::new);
		assertThatException().isThrownBy(() -> spring.run(arguments).close());
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

	// What reads the product's own properties, without a server: a hundred of these
	// start.
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableConfigurationProperties(GatewayProperties.class)
	@ImportAutoConfiguration({ ConfigurationPropertiesAutoConfiguration.class, OpenClawLimiterAutoConfiguration.class,
			OpenClawReplicationAutoConfiguration.class, OpenClawGatewayAutoConfiguration.class,
			OpenClawCircuitBreakerAutoConfiguration.class, OpenClawFallbackAutoConfiguration.class,
			OpenClawObservabilityAutoConfiguration.class, OpenClawAuditAutoConfiguration.class,
			OpenClawRecordingAutoConfiguration.class, OpenClawConsoleAutoConfiguration.class })
	static class ConfigurationAlone {

	}

	@Import(Gateway.class)
	static class SeveralResolvers {

		@Bean
		KeyResolver userResolver() {
			return (exchange) -> Mono.empty();
		}

		@Bean
		KeyResolver tenantResolver() {
			return (exchange) -> Mono.empty();
		}

	}

	@Import(Gateway.class)
	static class FluentRouteInCode {

		@Bean
		RouteLocator routes(RouteLocatorBuilder routes) {
			return routes.routes()
				.route("r",
						(route) -> route.path("/**")
							.filters((filters) -> filters.filter(TokenBucketFilters.tokenBucket("ratng")))
							.uri("http://127.0.0.1:1"))
				.build();
		}

	}

	@Import(Gateway.class)
	static class RouteInCode {

		@Bean
		RouteLocator routes(RouteLocatorBuilder routes, TokenBucketGatewayFilterFactory tokenBucket) {
			return routes.routes()
				.route("r",
						(route) -> route.path("/**")
							.filters((filters) -> filters
								.filter(tokenBucket.apply((config) -> config.setLimits(List.of("ratng")))))
							.uri("http://127.0.0.1:1"))
				.build();
		}

	}

}
