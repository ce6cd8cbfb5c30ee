package io.openclaw.tokenbucket.gateway.key;

import java.util.Map;
import java.util.TreeSet;

import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;

import io.openclaw.tokenbucket.gateway.address.ClientAddresses;

/**
 * Parses the {@code key} of a limit's configuration: a built-in kind, or the name of a
 * {@link KeyResolver} bean. The built-in kinds are no beans, so that an application has
 * no more {@link KeyResolver}s than it declares. Immutable.
 */
public final class RequestKeyParser {

	/** The header that carries API keys unless another is named. */
	public static final String API_KEY_HEADER = "X-API-Key";

	private static final String QUERY = "?";

	private final Map<String, KeyResolver> resolvers;

	private final ClientAddresses addresses;

	/**
	 * Creates a parser.
	 * @param resolvers the application's own resolvers by bean name; a built-in kind
	 * hides one of the same name
	 * @param addresses finds the addresses of callers
	 */
	public RequestKeyParser(Map<String, KeyResolver> resolvers, ClientAddresses addresses) {
		this.resolvers = Map.copyOf(resolvers);
		this.addresses = addresses;
	}

	/**
	 * Reads a key.
	 * @param text such as {@code api-key:X-Partner} or {@code api-key:?token}
	 * @return the key
	 * @throws IllegalArgumentException if there is no such kind and no such bean; the
	 * message says what there is
	 */
	public RequestKey parse(String text) {
		int colon = text.indexOf(':');
		String kind = ((colon < 0) ? text : text.substring(0, colon)).strip();
		if (colon < 0) {
			return parseKind(kind);
		}
		String source = text.substring(colon + 1).strip();
		return switch (kind) {
			case "api-key" -> source.startsWith(QUERY) ? new QueryKey(requireParameter(source.substring(1)))
					: credential(requireHeader(source));
			case "header" -> new HeaderKey(requireHeader(source), false);
			default -> throw unknown();
		};
	}

	private RequestKey parseKind(String kind) {
		return switch (kind) {
			case "api-key" -> new HeaderKey(API_KEY_HEADER, true);
			case "user" -> new UserKey();
			case "ip" -> new AddressKey(this.addresses);
			case "global" -> new GlobalKey();
			case "header" -> throw new IllegalArgumentException("header:<name> needs the name of a header");
			default -> resolverKey(kind);
		};
	}

	private static RequestKey credential(String header) {
		return AuthorizationKey.isIn(header) ? new AuthorizationKey(header) : new HeaderKey(header, true);
	}

	private RequestKey resolverKey(String bean) {
		KeyResolver resolver = this.resolvers.get(bean);
		if (resolver == null) {
			throw unknown();
		}
		return new ResolverKey(bean, resolver);
	}

	private IllegalArgumentException unknown() {
		return new IllegalArgumentException(
				"a key is api-key, api-key:<header>, api-key:?<query parameter>, user, ip, header:<name>, global or the name of a KeyResolver bean ("
						+ (this.resolvers.isEmpty() ? "there is none"
								: "there are: " + String.join(", ", new TreeSet<>(this.resolvers.keySet())))
						+ ")");
	}

	private static String requireHeader(String name) {
		if (name.isEmpty() || !name.chars().allMatch(RequestKeyParser::isTokenCharacter)) {
			throw new IllegalArgumentException("the name of a header consists of letters, digits and !#$%&'*+-.^_`|~");
		}
		return name;
	}

	private static String requireParameter(String name) {
		if (name.isEmpty() || !name.chars().allMatch((character) -> character > ' ' && character != 0x7f)) {
			throw new IllegalArgumentException("the name of a query parameter has no blanks and is not empty");
		}
		return name;
	}

	// RFC 9110, section 5.6.2.
	private static boolean isTokenCharacter(int character) {
		return character >= '0' && character <= '9' || character >= 'a' && character <= 'z'
				|| character >= 'A' && character <= 'Z' || "!#$%&'*+-.^_`|~".indexOf(character) >= 0;
	}

}
