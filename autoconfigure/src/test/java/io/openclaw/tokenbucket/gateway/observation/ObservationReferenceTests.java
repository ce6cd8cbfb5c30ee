package io.openclaw.tokenbucket.gateway.observation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.common.docs.KeyName;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.documentation.GeneratedSection;

/**
 * The tables of keys, made of {@link DecisionObservationDocumentation}. What a key means
 * is its Javadoc, as Micrometer's generator reads it.
 */
class ObservationReferenceTests {

	private static final Path SOURCE = Path.of("src", "main", "java",
			DecisionObservationDocumentation.class.getName().replace('.', '/') + ".java");

	@Test
	void theTableOfTheDecisionSaysWhatTheKeysSay() throws IOException {
		GeneratedSection.check("decision keys",
				table(DecisionObservationDocumentation.DECISION.getLowCardinalityKeyNames()));
	}

	@Test
	void theTableOfTheServerSaysWhatTheKeysSay() throws IOException {
		GeneratedSection.check("server keys",
				table(DecisionObservationDocumentation.SERVER.getHighCardinalityKeyNames()));
	}

	private static String table(KeyName[] keys) throws IOException {
		String source = Files.readString(SOURCE);
		return Stream.of(keys)
			.map((key) -> "| `%s` | %s |".formatted(key.asString(), meaning(source, (Enum<?>) key)))
			.collect(Collectors.joining("\n", "| key | value |\n| --- | --- |\n", ""));
	}

	private static String meaning(String source, Enum<?> key) {
		String type = key.getDeclaringClass().getSimpleName();
		Matcher javadoc = Pattern.compile("/\\*\\*([^/]*)\\*/\\s*" + key.name() + " \\{")
			.matcher(source.substring(source.indexOf("enum " + type)));
		if (!javadoc.find()) {
			throw new IllegalStateException(key.name() + " of " + type + " has no Javadoc");
		}
		return javadoc.group(1).replaceAll("\\s*\\*\\s*", " ").replaceAll("\\{@code (\\w+)}", "`$1`").strip();
	}

}
