package io.openclaw.tokenbucket.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.SpringFactoriesLoader;

import io.openclaw.tokenbucket.console.ConsoleSample;
import io.openclaw.tokenbucket.observability.endpoint.BirthView;
import io.openclaw.tokenbucket.observability.endpoint.ConfiguredView;
import io.openclaw.tokenbucket.observability.endpoint.FieldProblemView;
import io.openclaw.tokenbucket.observability.endpoint.GrantView;
import io.openclaw.tokenbucket.observability.endpoint.LimitChangeView;
import io.openclaw.tokenbucket.observability.endpoint.ProblemView;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told.
 */
class OpenClawRuntimeHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	OpenClawRuntimeHintsTests() {
		SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
			.load(RuntimeHintsRegistrar.class)
			.stream()
			.filter(OpenClawRuntimeHints.class::isInstance)
			.forEach((registrar) -> registrar.registerHints(this.hints, getClass().getClassLoader()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "index.html", "console.js", "console.css", "words.js" })
	void filesOfTheConsoleAreKept(String file) {
		String path = "META-INF/openclaw/console/" + file;
		assertThat(new ClassPathResource(path).exists()).isTrue();
		assertThat(RuntimeHintsPredicates.resource().forResource(path)).accepts(this.hints);
	}

	@ParameterizedTest
	@ValueSource(classes = { BirthView.class, ConfiguredView.class, ConsoleSample.class, FieldProblemView.class,
			GrantView.class, LimitChangeView.class, LimitChangeView.FromTo.class, ProblemView.class })
	void whatIsWrittenAsJsonCanBeRead(Class<?> view) {
		assertThat(RuntimeHintsPredicates.reflection().onType(view)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(view.getRecordComponents()[0].getAccessor()))
			.accepts(this.hints);
	}

	@Test
	void nothingElseIsOpened() {
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(OpenClawProperties.class)
			.withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS)).rejects(this.hints);
	}

}
