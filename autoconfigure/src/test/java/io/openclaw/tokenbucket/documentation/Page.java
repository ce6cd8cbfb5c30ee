package io.openclaw.tokenbucket.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page in Markdown. Immutable.
 *
 * @param path where it is
 * @param text its text
 */
record Page(Path path, String text) {

	private static final Pattern BLOCK = Pattern.compile("^ *```.*?^ *```", Pattern.DOTALL | Pattern.MULTILINE);

	private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

	private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");

	private static final Pattern HEADING = Pattern.compile("^#+ +(.*?) *$", Pattern.MULTILINE);

	static Page read(Path path) {
		try {
			return new Page(path, Files.readString(path));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What stands in backticks within a sentence or a table.
	 */
	List<String> code() {
		return find(CODE, prose()).toList();
	}

	/**
	 * Where its links lead, those to other sites left out.
	 */
	List<String> links() {
		String withoutCode = CODE.matcher(prose()).replaceAll("code");
		return find(LINK, withoutCode).filter((link) -> !link.contains(":")).toList();
	}

	/**
	 * What a link may name behind a hash, as GitHub makes it of headings.
	 */
	Set<String> anchors() {
		Set<String> anchors = new HashSet<>();
		Map<String, Integer> seen = new HashMap<>();
		find(HEADING, prose()).map(Page::anchor).forEach((anchor) -> {
			int before = seen.merge(anchor, 1, Integer::sum) - 1;
			anchors.add((before == 0) ? anchor : anchor + "-" + before);
		});
		return anchors;
	}

	/**
	 * All that a pattern finds, code blocks included.
	 * @return its first group each time
	 */
	List<String> all(Pattern pattern) {
		return find(pattern, this.text).toList();
	}

	@Override
	public String toString() {
		return this.path.toString();
	}

	private String prose() {
		return BLOCK.matcher(this.text).replaceAll("");
	}

	private static Stream<String> find(Pattern pattern, String text) {
		return pattern.matcher(text).results().map((MatchResult result) -> result.group(1));
	}

	private static String anchor(String heading) {
		return heading.replaceAll("\\]\\([^)]*\\)", "")
			.toLowerCase(Locale.ROOT)
			.replaceAll("[^\\p{L}\\p{N} _-]", "")
			.replace(' ', '-');
	}

}
