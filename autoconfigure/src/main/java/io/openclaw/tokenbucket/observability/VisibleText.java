package io.openclaw.tokenbucket.observability;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Text that callers and peers chose, made safe to show: a terminal that prints a key must
 * neither obey it nor hide a part of it. Control and format characters, line separators
 * and lone surrogates become <code>&#92;uXXXX</code>; everything else stays.
 */
public final class VisibleText {

	private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

	private static final Pattern ESCAPED = Pattern.compile("\\\\u([0-9a-f]{4})");

	private VisibleText() {
	}

	/**
	 * Makes a text visible.
	 * @param text any text
	 * @return the same text where nothing of it is invisible
	 */
	public static String of(String text) {
		return INVISIBLE.matcher(text).replaceAll(VisibleText::escape);
	}

	/**
	 * Makes a text visible, if there is one.
	 * @param text any text, or {@code null}
	 * @return the text, or {@code null}
	 */
	public static @Nullable String ofNullable(@Nullable String text) {
		return (text != null) ? of(text) : null;
	}

	/**
	 * The text of which a text was made.
	 * @param visible what {@link #of(String)} made of a text without escapes of its own
	 * @return that text
	 */
	public static String original(String visible) {
		return ESCAPED.matcher(visible).replaceAll(VisibleText::unescape);
	}

	private static String escape(MatchResult match) {
		StringBuilder escaped = new StringBuilder();
		match.group().chars().forEach((unit) -> escaped.append("\\u%04x".formatted(unit)));
		return Matcher.quoteReplacement(escaped.toString());
	}

	private static String unescape(MatchResult match) {
		return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16)));
	}

}
