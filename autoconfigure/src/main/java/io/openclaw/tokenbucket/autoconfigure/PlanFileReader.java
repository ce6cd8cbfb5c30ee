package io.openclaw.tokenbucket.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.gateway.Overrides;
import io.openclaw.tokenbucket.gateway.RequestLimit;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.key.BucketNames;

/**
 * Reads the file that lists the keys of plans: YAML, or JSON as a part of it, with lists
 * of keys by plan by limit. Reads a bounded file, and nothing but text in it.
 */
final class PlanFileReader {

	static final String PROPERTY = "openclaw.plans.file";

	/** More bytes are not read. */
	static final int MAX_BYTES = 8 << 20;

	/** More keys are not taken. */
	static final int MAX_KEYS = 100_000;

	private static final String FORM = "Write limits, in each of them plans, and under each plan a list of keys.";

	private final Path file;

	private final RequestLimits limits;

	private final BucketNames bucketNames;

	PlanFileReader(Path file, RequestLimits limits, BucketNames bucketNames) {
		this.file = file;
		this.limits = limits;
		this.bucketNames = bucketNames;
	}

	/**
	 * Reads what is in the file now, wherever links lead.
	 * @throws OpenClawConfigurationException if it cannot be read
	 */
	byte[] bytes() {
		try (InputStream in = Files.newInputStream(this.file)) {
			byte[] bytes = in.readNBytes(MAX_BYTES + 1);
			if (bytes.length > MAX_BYTES) {
				throw mistake("it is longer than %d bytes".formatted(MAX_BYTES), "Split callers by a PlanResolver.");
			}
			return bytes;
		}
		catch (NoSuchFileException ex) {
			throw mistake("there is no such file", "Create it, or remove the property.");
		}
		catch (IOException ex) {
			throw mistake("it cannot be read: " + ex, "Let the gateway read it.");
		}
	}

	/**
	 * Reads the lists.
	 * @param bytes what is in the file
	 * @return the keys by the name of the limit
	 * @throws OpenClawConfigurationException if anything in it cannot be meant so
	 */
	Map<String, Overrides> read(byte[] bytes) {
		Map<String, Overrides> lists = new LinkedHashMap<>();
		OverridesReader reader = new OverridesReader(this.bucketNames);
		int[] left = { MAX_KEYS };
		map(parse(bytes), "it").forEach((name, plans) -> {
			RequestLimit limit = limit(name);
			Map<String, List<String>> keys = new LinkedHashMap<>();
			map(plans, name).forEach((plan, listed) -> {
				List<String> texts = list(listed, name + "." + plan);
				left[0] -= texts.size();
				keys.put(limitOfPlan(limit, plan), texts);
			});
			if (left[0] < 0) {
				throw mistake("it lists more than %d keys".formatted(MAX_KEYS), "Use a PlanResolver instead.");
			}
			lists.put(name, reader.read(PROPERTY + ": ", limit.key(), keys));
		});
		return lists;
	}

	private @Nullable Object parse(byte[] bytes) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		options.setCodePointLimit(MAX_BYTES);
		try {
			return new Yaml(new SafeConstructor(options), new Representer(new DumperOptions()), new DumperOptions(),
					options, new TextResolver())
				.load(new String(bytes, StandardCharsets.UTF_8));
		}
		catch (YAMLException ex) {
			throw mistake("it is no YAML that can be read: " + ex.getMessage(), FORM);
		}
	}

	private RequestLimit limit(String name) {
		if (!this.limits.names().contains(name)) {
			throw mistake("it names the limit '%s'".formatted(name),
					"Name one of " + String.join(", ", this.limits.names()) + ".");
		}
		return this.limits.get(name);
	}

	private String limitOfPlan(RequestLimit limit, String plan) {
		Map<String, String> plans = limit.plans().limitByPlan();
		String own = plans.get(plan);
		if (own == null) {
			throw mistake("it names the plan '%s' of the limit '%s'".formatted(plan, limit.name()),
					plans.isEmpty() ? "Configure %s.".formatted(LimitPolicies.overrideProperty(limit.name(), plan))
							: "Name one of %s.".formatted(String.join(", ", new TreeSet<>(plans.keySet()))));
		}
		return own;
	}

	private Map<String, Object> map(@Nullable Object value, String what) {
		if (value == null) {
			return Map.of();
		}
		if (!(value instanceof Map<?, ?> map)) {
			throw mistake("%s is no map".formatted(what), FORM);
		}
		Map<String, Object> byText = new LinkedHashMap<>();
		map.forEach((key, item) -> byText.put(String.valueOf(key), item));
		return byText;
	}

	private List<String> list(@Nullable Object value, String what) {
		if (value == null) {
			return List.of();
		}
		if (!(value instanceof List<?> list) || !list.stream().allMatch(String.class::isInstance)) {
			throw mistake("%s is no list of keys".formatted(what), FORM);
		}
		return list.stream().map(String.class::cast).toList();
	}

	private OpenClawConfigurationException mistake(String reason, String mend) {
		return new OpenClawConfigurationException(PROPERTY, this.file, reason, mend);
	}

	/**
	 * Takes everything for text: a key may look like a number.
	 */
	private static final class TextResolver extends Resolver {

		@Override
		protected void addImplicitResolvers() {
		}

	}

}
