package io.openclaw.tokenbucket.gateway.key;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Gives credentials (RFC 9110, section 11.4) one spelling. The case of the scheme, the
 * blanks behind it, the order and the quotes of parameters mean nothing. Neither do the
 * bits and characters that decoders of Base64 ignore in {@code Basic} and in the
 * signature of a JWT: without that, one token would have any number of buckets.
 */
final class Credentials {

	private static final Pattern SCHEME = Pattern.compile("([^ \t,]+)[ \t]+(.*)", Pattern.DOTALL);

	private static final Pattern TOKEN68 = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

	private static final Pattern JWT = Pattern.compile("([^.]+\\.[^.]+\\.)([^.]+)");

	// RFC 7616, RFC 5849, RFC 9421's forerunners, Hawk, Amazon's versions 2 and 4; RFC
	// 4559,
	// whose exchanges end with the connection.
	private static final Set<String> OF_ONE_REQUEST = Set.of("digest", "oauth", "signature", "hawk", "aws", "negotiate",
			"ntlm");

	private static final String AMAZON = "aws4-";

	private Credentials() {
	}

	/**
	 * Whether credentials are made anew for each request, of a secret that they do not
	 * show. They say who sends them only to whoever can verify them.
	 * @param text the value of the header
	 * @return whether no two requests have the same
	 */
	static boolean isOfOneRequest(String text) {
		Matcher matcher = SCHEME.matcher(text.strip());
		if (!matcher.matches()) {
			return false;
		}
		String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
		return OF_ONE_REQUEST.contains(scheme) || scheme.startsWith(AMAZON);
	}

	/**
	 * Writes credentials as they are written here.
	 * @param text the value of the header
	 * @return the scheme in lower case, one blank, and what follows it; a text without a
	 * scheme as it is; {@code null} if there may be several credentials
	 */
	static @Nullable String canonical(String text) {
		String credentials = text.strip();
		Matcher matcher = SCHEME.matcher(credentials);
		if (!matcher.matches()) {
			return isList(credentials) ? null : credentials;
		}
		String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
		String value = value(scheme, matcher.group(2));
		return (value != null) ? scheme + ' ' + value : null;
	}

	private static @Nullable String value(String scheme, String text) {
		if (TOKEN68.matcher(text).matches()) {
			return "basic".equals(scheme) ? basic(text) : token(text);
		}
		String parameters = AuthParameters.canonical(text);
		return (parameters != null || isList(text)) ? parameters : text;
	}

	private static boolean isList(String text) {
		return text.indexOf(',') >= 0;
	}

	private static String basic(String text) {
		try {
			return Base64.getEncoder().encodeToString(Base64.getDecoder().decode(text));
		}
		catch (IllegalArgumentException ex) {
			return text;
		}
	}

	// The other parts of a JWT are signed as they are spelt.
	private static String token(String text) {
		Matcher jwt = JWT.matcher(text);
		return jwt.matches() ? jwt.group(1) + signature(jwt.group(2)) : text;
	}

	private static String signature(String text) {
		String digits = text.replace('+', '-').replace('/', '_').replaceAll("[^A-Za-z0-9_-]", "");
		// A last digit alone is not even a byte.
		int length = (digits.length() % 4 == 1) ? digits.length() - 1 : digits.length();
		byte[] bytes = Base64.getUrlDecoder().decode(digits.substring(0, length).getBytes(StandardCharsets.US_ASCII));
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
	}

}
