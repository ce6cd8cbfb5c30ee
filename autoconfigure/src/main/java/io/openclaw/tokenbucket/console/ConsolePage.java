package io.openclaw.tokenbucket.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.web.util.HtmlUtils;

/**
 * The page and what it loads. Immutable.
 */
final class ConsolePage {

	private static final String ROOM = "META-INF/openclaw/console/";

	private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";

	private static final Map<String, Resource> ASSETS = assets("console.css", "console.js", "stream.js", "fleet.js",
			"words.js", "chart.js", "view.js", "bucket.js", "explain.js");

	private final String template;

	private final ConsoleSettings settings;

	private final Function<Object, String> json;

	ConsolePage(ConsoleSettings settings, Function<Object, String> json) {
		this.template = read(file("index.html"));
		this.settings = settings;
		this.json = json;
	}

	/**
	 * The page for a server whose paths begin with a prefix.
	 * @param contextPath the prefix, empty or such as {@code /app}
	 */
	String html(String contextPath) {
		Map<String, Object> config = new LinkedHashMap<>();
		config.put("endpoints", contextPath + this.settings.endpoints());
		config.put("writes", this.settings.writes());
		config.put("gateways", this.settings.gateways());
		if (this.settings.extension() != null) {
			config.put("extension", contextPath + this.settings.extension());
		}
		return this.template.replace("{{base}}", HtmlUtils.htmlEscape(contextPath + this.settings.path() + "/"))
			.replace("{{config}}", HtmlUtils.htmlEscape(this.json.apply(config)));
	}

	/**
	 * Who may do what in the page: nothing from elsewhere runs in it, and it talks to its
	 * own gateways only.
	 */
	String contentSecurityPolicy() {
		String others = this.settings.origins().collect(Collectors.joining(" "));
		return ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
				+ "base-uri 'self'; form-action 'none'; frame-ancestors 'none'; connect-src 'self' " + others)
			.strip();
	}

	/**
	 * A file that the page loads.
	 * @return the file, {@code null} if there is none of that name
	 */
	@Nullable Resource asset(String name) {
		return ASSETS.get(name);
	}

	private static Map<String, Resource> assets(String... names) {
		Map<String, Resource> assets = new HashMap<>();
		for (String name : names) {
			assets.put(name, file(name));
		}
		assets.put("uplot.js", new ClassPathResource(UPLOT + "uPlot.esm.js"));
		assets.put("uplot.css", new ClassPathResource(UPLOT + "uPlot.min.css"));
		return Map.copyOf(assets);
	}

	private static Resource file(String name) {
		return new ClassPathResource(ROOM + name, ConsolePage.class.getClassLoader());
	}

	private static String read(Resource resource) {
		try (InputStream in = resource.getInputStream()) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
