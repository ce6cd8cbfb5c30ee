package io.openclaw.tokenbucket.gateway.key;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Gives the bucket of a key the name under which the limiter, its peers, logs and
 * endpoints know it. Names that begin with {@code ~} are reserved for those made here: no
 * caller can send a key that turns into the name of another's bucket. Thread-safe.
 */
public final class BucketNames {

	/** The bucket that callers without a key share where they may. */
	public static final String SHARED = "~keyless";

	/** Longer keys are represented by their id. */
	static final int MAX_KEY_LENGTH = 256;

	private static final String RESERVED = "~";

	private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

	private final KeyIds ids;

	private final boolean hashKeys;

	private final List<KeyIds> formerIds;

	/**
	 * Creates names.
	 * @param ids stand for what must not be seen
	 * @param hashKeys whether all keys are represented by their id, not only API keys
	 */
	public BucketNames(KeyIds ids, boolean hashKeys) {
		this(ids, hashKeys, List.of());
	}

	/**
	 * Creates names.
	 * @param ids stand for what must not be seen
	 * @param hashKeys whether all keys are represented by their id, not only API keys
	 * @param formerIds stood for it before, and may still be written somewhere
	 */
	public BucketNames(KeyIds ids, boolean hashKeys, List<KeyIds> formerIds) {
		this.ids = ids;
		this.hashKeys = hashKeys;
		this.formerIds = List.copyOf(formerIds);
	}

	/**
	 * Names the bucket of a key.
	 * @param key the key
	 * @param value what it is for a request
	 * @return the id of an API key; of others the key itself, or its id behind a tilde
	 * where the key is too long or begins with a tilde
	 */
	public String nameOf(RequestKey key, String value) {
		return nameOf(key, value, this.ids);
	}

	/**
	 * Names that the bucket of a key had under former secrets.
	 * @param key the key
	 * @param value what it is for a request
	 * @return ids, the latest first; none where the name is no id
	 */
	public List<String> formerNamesOf(RequestKey key, String value) {
		if (!hides(key) && !isReplaced(value)) {
			return List.of();
		}
		return this.formerIds.stream().map((former) -> nameOf(key, value, former)).toList();
	}

	private String nameOf(RequestKey key, String value, KeyIds made) {
		if (hides(key)) {
			return made.id(value);
		}
		return isReplaced(value) ? RESERVED + made.id(value) : value;
	}

	/**
	 * Names the bucket of a key that something else than a {@link RequestKey} found.
	 * @param value the key
	 * @return as for any key that is no credential
	 */
	public String nameOfFound(String value) {
		if (this.hashKeys) {
			return this.ids.id(value);
		}
		return isReplaced(value) ? RESERVED + this.ids.id(value) : value;
	}

	private static boolean isReplaced(String value) {
		return value.length() > MAX_KEY_LENGTH || value.startsWith(RESERVED);
	}

	/**
	 * Names the bucket that somebody looks for who wrote a key down. Never throws.
	 * @param key the key
	 * @param text the key as it is in a request, or as people write it
	 * @return the name; one that no bucket has if no request can have the key
	 */
	public String nameOfWritten(RequestKey key, String text) {
		try {
			return nameOf(key, key.canonical(text));
		}
		catch (IllegalArgumentException ex) {
			return nameOf(key, text);
		}
	}

	/**
	 * Names the buckets that somebody may mean who wrote a key or an id down. Never
	 * throws.
	 * @param key the key
	 * @param text the key as it is in a request, as people write it, or an id
	 * @return one name; two where the text may be the id of a key or a key
	 */
	public Set<String> namesOfWritten(RequestKey key, String text) {
		if (text.startsWith(RESERVED) && isId(text.substring(RESERVED.length()))) {
			return Set.of(text);
		}
		String name = nameOfWritten(key, text);
		return (hides(key) && isId(text)) ? Set.of(name, text) : Set.of(name);
	}

	/**
	 * Names the buckets that somebody means who wrote a key down.
	 * @param key the key
	 * @param text the key as an endpoint shows it, or as it is in a request
	 * @return one name; two where the text may be the id of a key or a key
	 * @throws IllegalArgumentException if no request can have it
	 */
	public Set<String> namesOf(RequestKey key, String text) {
		String name = nameOf(key, key.canonical(text));
		return (hides(key) && isId(text)) ? Set.of(name, text) : Set.of(name);
	}

	/**
	 * Whether a text is an id as they are made here.
	 * @param text any text
	 * @return whether it looks like one
	 */
	public static boolean isId(String text) {
		return ID.matcher(text).matches();
	}

	/**
	 * Whether buckets of a key are named by id.
	 * @param key the key
	 * @return {@code true} for credentials, and for all that name somebody if so
	 * configured
	 */
	public boolean hides(RequestKey key) {
		return key.isCredential() || (this.hashKeys && !(key instanceof GlobalKey));
	}

}
