package io.openclaw.tokenbucket.autoconfigure.diagnostics;

import java.util.Objects;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.Environment;

/**
 * Reports a mistake in the configuration with the place where it was made.
 */
class OpenClawConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<OpenClawConfigurationException> {

	private final Environment environment;

	OpenClawConfigurationFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, OpenClawConfigurationException cause) {
		StringBuilder description = new StringBuilder("The token bucket configuration is not valid:%n%n".formatted());
		append(description, "Property", cause.getProperty());
		append(description, "Value", (cause.getValue() != null) ? '"' + cause.getValue() + '"' : "(none)");
		append(description, "Origin", findOrigin(cause.getProperty()));
		append(description, "Reason", cause.getReason());
		return new FailureAnalysis(description.toString(), cause.getMend(), cause);
	}

	private static void append(StringBuilder description, String label, @Nullable Object text) {
		if (text != null) {
			description.append("    %s: %s%n".formatted(label, text));
		}
	}

	private @Nullable Origin findOrigin(String property) {
		ConfigurationPropertyName name = ConfigurationPropertyName.adapt(property, '.');
		return StreamSupport.stream(ConfigurationPropertySources.get(this.environment).spliterator(), false)
			.map((source) -> source.getConfigurationProperty(name))
			.filter(Objects::nonNull)
			.map(ConfigurationProperty::getOrigin)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

}
