package io.openclaw.tokenbucket.autoconfigure.diagnostics;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.openclaw.tokenbucket.gateway.UnknownLimitException;

/**
 * Reports a limit that a route made in code names but nobody configured.
 */
class UnknownLimitFailureAnalyzer extends AbstractFailureAnalyzer<UnknownLimitException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownLimitException cause) {
		return new FailureAnalysis("A route names a limit that does not exist: " + cause.getMessage() + ".",
				"Configure openclaw.buckets.%s, or name an existing limit in the route.".formatted(cause.getLimit()),
				cause);
	}

}
