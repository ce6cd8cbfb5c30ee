package io.openclaw.tokenbucket.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Javadoc of a source file in Markdown, so that the guide says what the code says.
 *
 * @param source the text of the file
 */
public record Javadoc(String source) {

	private static final Pattern PARAM = Pattern.compile("@param (\\w+) ([^@]+(?:\\{@[^@]+)*)");

	/**
	 * Reads the source of a class of the product.
	 */
	public static Javadoc of(Class<?> type) {
		try {
			return new Javadoc(Files.readString(Path.of("src", "main", "java",
					type.getName().replaceFirst("\\$.*", "").replace('.', '/') + ".java")));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Only what follows.
	 */
	public Javadoc after(String text) {
		return new Javadoc(this.source.substring(this.source.indexOf(text)));
	}

	/**
	 * What stands above a declaration, tags included.
	 * @param declaration how it begins, behind modifiers and annotations
	 */
	public String above(String declaration) {
		Matcher found = Pattern
			.compile("/\\*\\*((?:(?!\\*/).)*)\\*/[^/{};]*?\\b" + Pattern.quote(declaration), Pattern.DOTALL)
			.matcher(this.source);
		if (!found.find()) {
			throw new IllegalStateException("no Javadoc is above " + declaration);
		}
		return found.group(1)
			.replaceAll("\\s*\\*\\s*", " ")
			.replaceAll("\\{@code ([^}]*)}", "`$1`")
			.replaceAll("\\{@link (?:\\w*#)?(\\w+)}", "`$1`")
			.strip();
	}

	/**
	 * The parameters that are documented above a declaration.
	 */
	public Map<String, String> params(String declaration) {
		Map<String, String> params = new LinkedHashMap<>();
		PARAM.matcher(above(declaration))
			.results()
			.forEach((param) -> params.put(param.group(1), param.group(2).strip()));
		return params;
	}

}
