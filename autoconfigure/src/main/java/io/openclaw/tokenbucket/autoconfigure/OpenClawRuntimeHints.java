package io.openclaw.tokenbucket.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

import io.openclaw.tokenbucket.console.ConsoleSample;
import io.openclaw.tokenbucket.observability.endpoint.BucketView;
import io.openclaw.tokenbucket.observability.endpoint.FieldProblemView;
import io.openclaw.tokenbucket.observability.endpoint.GrantView;
import io.openclaw.tokenbucket.observability.endpoint.LimitChangeView;
import io.openclaw.tokenbucket.observability.endpoint.LimitView;
import io.openclaw.tokenbucket.observability.endpoint.ProblemView;
import io.openclaw.tokenbucket.persistence.SnapshotFile;

/**
 * Tells a native image what it cannot find out: files of the console, and what is written
 * as JSON without a type that says so. Spring Boot knows the properties and the views
 * that endpoints declare.
 */
final class OpenClawRuntimeHints implements RuntimeHintsRegistrar {

	private static final Class<?>[] WRITTEN = { BucketView.class, ConsoleSample.class, FieldProblemView.class,
			GrantView.class, LimitChangeView.class, LimitView.class, ProblemView.class, SnapshotFile.Merged.class };

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("META-INF/openclaw/console/*");
		new BindingReflectionHintsRegistrar().registerReflectionHints(hints.reflection(), WRITTEN);
	}

}
