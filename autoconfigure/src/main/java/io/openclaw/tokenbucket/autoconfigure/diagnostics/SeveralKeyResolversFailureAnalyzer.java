package io.openclaw.tokenbucket.autoconfigure.diagnostics;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Reports that Spring Cloud Gateway found several {@link KeyResolver} beans where it
 * wants one: its RequestRateLimiter filter takes one as the default, and exists whenever
 * Redis does, wanted or not.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class SeveralKeyResolversFailureAnalyzer extends AbstractFailureAnalyzer<NoUniqueBeanDefinitionException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoUniqueBeanDefinitionException cause) {
		if (cause.getBeanType() != KeyResolver.class) {
			return null;
		}
		Collection<String> names = (cause.getBeanNamesFound() != null) ? cause.getBeanNamesFound() : List.of();
		return new FailureAnalysis(
				"""
						The filter RequestRateLimiter of Spring Cloud Gateway wants one KeyResolver bean as its default, but \
						there are %d: %s. The filter is there because there is a RateLimiter bean. OpenClaw token buckets do \
						not need it: each finds the resolver that openclaw.buckets.<name>.key names."""
					.formatted(names.size(), String.join(", ", names)),
				"""
						Do one of these:
						    - set spring.cloud.gateway.server.webflux.filter.request-rate-limiter.enabled=false if no route \
						uses RequestRateLimiter
						    - mark the KeyResolver that RequestRateLimiter shall use by default as @Primary
						    - declare the others with @Bean(defaultCandidate = false)""",
				cause);
	}

}
