package io.openclaw.tokenbucket.autoconfigure.manifest;

import java.util.Map;

import tools.jackson.core.JsonToken;

/**
 * A field that holds a value.
 *
 * @param property the property that it sets, below that of the object that it is in
 * @param type what its value must be
 */
record ManifestField(String property, Type type) {

	/** The fields of a bucket. */
	static final Map<String, ManifestField> BUCKET = Map.ofEntries(
			Map.entry("capacity", new ManifestField("capacity", Type.WHOLE_NUMBER)),
			Map.entry("refillRatePerSecond", new ManifestField("refill-rate-per-second", Type.NUMBER)),
			Map.entry("refillTokens", new ManifestField("refill-tokens", Type.WHOLE_NUMBER)),
			Map.entry("refillPeriod", new ManifestField("refill-period", Type.TEXT)),
			Map.entry("initialTokens", new ManifestField("initial-tokens", Type.WHOLE_NUMBER)),
			Map.entry("key", new ManifestField("key", Type.TEXT)),
			Map.entry("cost", new ManifestField("cost", Type.TEXT_OR_WHOLE_NUMBER)),
			Map.entry("consistency", new ManifestField("consistency", Type.TEXT)),
			Map.entry("scope", new ManifestField("scope", Type.TEXT)),
			Map.entry("mode", new ManifestField("mode", Type.TEXT)),
			Map.entry("onMissingKey", new ManifestField("on-missing-key", Type.TEXT)));

	/** The fields of {@code crdt}. */
	static final Map<String, ManifestField> CRDT = Map.of("replicationFactor",
			new ManifestField("replication-factor", Type.WHOLE_NUMBER), "syncIntervalMs",
			new ManifestField("sync-interval", Type.WHOLE_NUMBER));

	/**
	 * The required type of a value.
	 */
	enum Type {

		/** Such as 1000. */
		WHOLE_NUMBER("a whole number"),

		/** Such as 0.5. */
		NUMBER("a number"),

		/** Such as "ip". */
		TEXT("text in quotes"),

		/** Such as "heavy" or 2. */
		TEXT_OR_WHOLE_NUMBER("a whole number, or text in quotes");

		private final String words;

		Type(String words) {
			this.words = words;
		}

		boolean accepts(JsonToken token) {
			return switch (this) {
				case WHOLE_NUMBER -> token == JsonToken.VALUE_NUMBER_INT;
				case NUMBER -> token.isNumeric();
				case TEXT -> token == JsonToken.VALUE_STRING;
				case TEXT_OR_WHOLE_NUMBER -> token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT;
			};
		}

		@Override
		public String toString() {
			return this.words;
		}

	}

}
