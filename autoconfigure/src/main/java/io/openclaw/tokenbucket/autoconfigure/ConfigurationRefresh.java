package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;

/**
 * Binds the properties anew and has everything follow that can. All or nothing: a mistake
 * leaves the running configuration untouched. Thread-safe.
 */
final class ConfigurationRefresh {

	private static final Log logger = LogFactory.getLog(ConfigurationRefresh.class);

	private final Environment environment;

	private final List<Refreshable> refreshables;

	private OpenClawProperties current;

	private @Nullable String lastMistake;

	ConfigurationRefresh(Environment environment, OpenClawProperties current, List<Refreshable> refreshables) {
		this.environment = environment;
		this.current = current;
		this.refreshables = refreshables;
	}

	/**
	 * Follows what is configured now. Never throws; a mistake is logged once.
	 */
	synchronized void refresh() {
		try {
			OpenClawProperties properties = bind();
			if (properties.equals(this.current)) {
				this.lastMistake = null;
				return;
			}
			OpenClawSettings settings = OpenClawSettings.from(properties);
			List<Runnable> changes = this.refreshables.stream()
				.map((refreshable) -> refreshable.prepare(properties, settings))
				.toList();
			changes.forEach(Runnable::run);
			warnOfWhatCannotChange(properties);
			this.current = properties;
			this.lastMistake = null;
		}
		catch (OpenClawConfigurationException ex) {
			report(String.valueOf(ex.getMessage()));
		}
		catch (BindException ex) {
			report(describe(ex));
		}
	}

	private OpenClawProperties bind() {
		BindHandler handler = new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
		return Binder.get(this.environment).bindOrCreate("openclaw", Bindable.of(OpenClawProperties.class), handler);
	}

	private void warnOfWhatCannotChange(OpenClawProperties properties) {
		Set<String> names = new TreeSet<>();
		FixedProperties.differences(this.current, properties, names);
		if (!names.isEmpty()) {
			logger.warn("These changed properties take effect only after a restart: " + String.join(", ", names));
		}
	}

	private void report(String mistake) {
		if (!mistake.equals(this.lastMistake)) {
			this.lastMistake = mistake;
			logger.error("The changed token bucket configuration has a mistake and is not applied: " + mistake
					+ " The gateway keeps the former configuration");
		}
	}

	private static String describe(BindException ex) {
		Throwable cause = ex.getCause();
		if (cause instanceof UnboundConfigurationPropertiesException unbound) {
			String names = String.join(", ",
					unbound.getUnboundProperties().stream().map((property) -> property.getName().toString()).toList());
			return names + ": there is no such property. Remove it, or mend its name.";
		}
		Throwable root = ex;
		while (root.getCause() != null) {
			root = Objects.requireNonNull(root.getCause());
		}
		Object value = (ex.getProperty() != null) ? ex.getProperty().getValue() : "";
		return "%s = %s: %s. Mend the value.".formatted(ex.getName(), value, root.getMessage());
	}

}
