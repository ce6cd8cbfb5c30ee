package io.openclaw.tokenbucket.autoconfigure.manifest;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Reports a mistake in a manifest with its place.
 */
class ManifestFailureAnalyzer extends AbstractFailureAnalyzer<ManifestException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ManifestException cause) {
		return new FailureAnalysis("The token bucket manifest is not valid:%n%n    Place: %s%n    Reason: %s%n"
			.formatted(cause.place(), cause.reason()), cause.mend(), cause);
	}

}
