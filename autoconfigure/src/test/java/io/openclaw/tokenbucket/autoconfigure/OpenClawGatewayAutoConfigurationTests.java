package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.CallerBucket;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.TokenBucketGatewayFilterFactory;
import io.openclaw.tokenbucket.gateway.answer.HeaderStyle;
import io.openclaw.tokenbucket.gateway.answer.ProblemResponses;
import io.openclaw.tokenbucket.gateway.answer.RateLimitHeaders;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

@ExtendWith(OutputCaptureExtension.class)
class OpenClawGatewayAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner contexts = new ReactiveWebApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class, OpenClawGatewayAutoConfiguration.class))
		.withBean(GatewayProperties.class)
		.withPropertyValues("openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.refill-rate-per-second=1");

	@Test
	void routesCanUseTheFilter() {
		this.contexts.run((context) -> {
			assertThat(context).hasSingleBean(TokenBucketGatewayFilterFactory.class);
			assertThat(context.getBean(TokenBucketGatewayFilterFactory.class).name()).isEqualTo("TokenBucket");
			assertThat(context.getBean(RequestLimits.class).names()).containsExactly("rating");
		});
	}

	@Test
	void builtInKeysAreNoResolverBeans() {
		this.contexts.run((context) -> assertThat(context).doesNotHaveBean(KeyResolver.class));
	}

	@Test
	void aResolverThatIsNoDefaultCandidateCanStillBeNamed() {
		this.contexts.withUserConfiguration(HiddenResolver.class)
			.withPropertyValues("openclaw.buckets.rating.key=hidden")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void theUsersOwnBeansAreUsedInstead() {
		this.contexts.withBean(BucketNames.class, () -> new BucketNames(new KeyIds("own"), true))
			.withBean(RequestLimits.class, () -> new RequestLimits(List.of()))
			.withBean(RateLimitHeaders.class, () -> new RateLimitHeaders(HeaderStyle.NONE))
			.withBean(ProblemResponses.class)
			.withBean(TokenBucketGatewayFilterFactory.class, () -> mock(TokenBucketGatewayFilterFactory.class))
			.withBean(KeyLookup.class, () -> (limit, sent) -> "own")
			.run((context) -> {
				assertThat(context).hasSingleBean(BucketNames.class)
					.hasSingleBean(RequestLimits.class)
					.hasSingleBean(RateLimitHeaders.class)
					.hasSingleBean(ProblemResponses.class)
					.hasSingleBean(TokenBucketGatewayFilterFactory.class)
					.hasSingleBean(KeyLookup.class);
				assertThat(context.getBean(RequestLimits.class).names()).isEmpty();
			});
	}

	@Test
	void operatorsFindABucketByWhatItsCallerSends() {
		this.contexts.withPropertyValues("openclaw.crdt.secret=s3cret")
			.run((context) -> assertThat(context.getBean(KeyLookup.class).keyOf("rating", "4711"))
				.isEqualTo(new KeyIds("s3cret").id("4711")));
	}

	@Test
	void idsWithoutASecretAreWarnedOfOnce(CapturedOutput output) {
		this.contexts.run((context) -> assertThat(output)
			.containsOnlyOnce("Neither openclaw.key-secret nor openclaw.crdt.secret is set."));
	}

	@Test
	void idsComeFromASecretOfTheirOwnWhereOneIsSet() {
		this.contexts.withPropertyValues("openclaw.crdt.secret=fleet", "openclaw.key-secret=keys")
			.run((context) -> assertThat(context.getBean(KeyLookup.class).keyOf("rating", "4711"))
				.isEqualTo(new KeyIds("keys").id("4711")));
	}

	/** Each row lists the id under a secret that is no longer the first, or never was. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			openclaw.crdt.secret=new,old                           | old
			openclaw.key-secret=new,old                            | old
			openclaw.key-secret=keys; openclaw.crdt.secret=fleet   | fleet
			openclaw.crdt.secret=first                             |
			openclaw.key-secret=first                              |
			""")
	void aCustomerKeepsItsPlanWhileASecretIsReplacedAndItIsSaid(String secrets, @Nullable String listedUnder,
			CapturedOutput output) {
		String listed = new KeyIds(listedUnder).id("4711");
		this.contexts.withPropertyValues(secrets.split("; "))
			.withPropertyValues("openclaw.buckets.rating.overrides.gold.keys=" + listed,
					"openclaw.buckets.rating.overrides.gold.capacity=1000")
			.run((context) -> {
				for (int i = 0; i < 3; i++) {
					assertThat(bucketOf("4711", context)).isEqualTo("rating.gold");
					assertThat(bucketOf("0815", context)).isEqualTo("rating");
				}
				assertThat(output).containsOnlyOnce("lists the key " + listed)
					.contains("List " + context.getBean(KeyLookup.class).keyOf("rating", "4711") + " instead");
			});
	}

	@Test
	void anIdUnderTheFirstSecretIsNotWarnedOf(CapturedOutput output) {
		this.contexts
			.withPropertyValues("openclaw.crdt.secret=new,old",
					"openclaw.buckets.rating.overrides.gold.keys=" + new KeyIds("new").id("4711"))
			.run((context) -> {
				assertThat(bucketOf("4711", context)).isEqualTo("rating.gold");
				assertThat(output).doesNotContain("lists the key");
			});
	}

	@Test
	void secretsAreNotShownWithTheProperties() {
		this.contexts.withPropertyValues("openclaw.crdt.secret=s3cret", "openclaw.key-secret=hidden")
			.run((context) -> assertThat(context.getBean(OpenClawProperties.class).toString()).contains("rating")
				.doesNotContain("s3cret", "hidden"));
	}

	private static String bucketOf(String apiKey, ApplicationContext context) {
		ServerWebExchange exchange = MockServerWebExchange
			.from(MockServerHttpRequest.get("/").header("X-API-Key", apiKey));
		CallerBucket bucket = context.getBean(RequestLimits.class).bucketOf("rating", exchange).block();
		return Objects.requireNonNull(bucket).limit();
	}

	@Test
	void noSecretIsNeededWhereNothingIsHidden(CapturedOutput output) {
		this.contexts.withPropertyValues("openclaw.buckets.rating.key=ip")
			.run((context) -> assertThat(output).doesNotContain("openclaw.crdt.secret"));
		this.contexts.withPropertyValues("openclaw.crdt.secret=s3cret")
			.run((context) -> assertThat(output).doesNotContain("openclaw.crdt.secret"));
	}

	@Test
	void theFilterCanBeSwitchedOff() {
		this.contexts.withPropertyValues("spring.cloud.gateway.server.webflux.filter.token-bucket.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(TokenBucketGatewayFilterFactory.class));
	}

	@Test
	void anApplicationThatIsNoGatewayStarts() {
		this.contexts
			.withClassLoader(new FilteredClassLoader("org.springframework.cloud.gateway", "io.lettuce",
					"org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(TokenBucketGatewayFilterFactory.class));
	}

	@Test
	void aGatewayWithoutActuatorAndRedisLimits() {
		this.contexts
			.withConfiguration(AutoConfigurations.of(OpenClawEndpointsAutoConfiguration.class,
					OpenClawHealthAutoConfiguration.class, OpenClawMetricsAutoConfiguration.class,
					OpenClawObservabilityAutoConfiguration.class, OpenClawRedisAutoConfiguration.class,
					OpenClawReplicationAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate",
					"org.springframework.boot.health", "io.micrometer.core", "org.springframework.data.redis",
					"org.springframework.boot.data.redis", "io.lettuce"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(TokenBucketGatewayFilterFactory.class));
	}

	@Test
	void aGatewayThatIsSwitchedOffStarts() {
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class,
					OpenClawGatewayAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(TokenBucketGatewayFilterFactory.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class HiddenResolver {

		@Bean(defaultCandidate = false)
		KeyResolver hidden() {
			return (exchange) -> Mono.just("hidden");
		}

	}

}
