package io.openclaw.tokenbucket.gateway.observation;

import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.common.docs.KeyName;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.documentation.GeneratedSection;
import io.openclaw.tokenbucket.documentation.Javadoc;

/**
 * The tables of keys, made of {@link DecisionObservationDocumentation}. What a key means
 * is its Javadoc, as Micrometer's generator reads it.
 */
class ObservationReferenceTests {

	@Test
	void theTableOfTheDecisionSaysWhatTheKeysSay() {
		GeneratedSection.OBSERVABILITY.check("decision keys",
				table(DecisionObservationDocumentation.DECISION.getLowCardinalityKeyNames()));
	}

	@Test
	void theTableOfTheServerSaysWhatTheKeysSay() {
		GeneratedSection.OBSERVABILITY.check("server keys",
				table(DecisionObservationDocumentation.SERVER.getHighCardinalityKeyNames()));
	}

	private static String table(KeyName[] keys) {
		return Stream.of(keys)
			.map((key) -> "| `%s` | %s |".formatted(key.asString(), meaning((Enum<?>) key)))
			.collect(Collectors.joining("\n", "| key | value |\n| --- | --- |\n", ""));
	}

	private static String meaning(Enum<?> key) {
		return Javadoc.of(DecisionObservationDocumentation.class)
			.after("enum " + key.getDeclaringClass().getSimpleName())
			.above(key.name() + " {");
	}

}
