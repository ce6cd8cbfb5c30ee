package io.openclaw.tokenbucket.observability;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the guide shows of listeners compiles.
 */
class DecisionListenerGuideTests {

	private static final Pattern EXAMPLE = Pattern.compile("```java\n(@Component\nclass (\\w+) .*?)```",
			Pattern.DOTALL);

	private static final String IMPORTS = """
			import io.openclaw.tokenbucket.limiter.decision.*;
			import java.util.Map;
			import java.util.concurrent.ConcurrentHashMap;
			import java.util.concurrent.atomic.LongAdder;
			import org.springframework.stereotype.Component;
			""";

	@Test
	void theExampleCompiles(@TempDir Path classes) throws IOException {
		Matcher example = EXAMPLE.matcher(Files.readString(Path.of("../docs/observability.md")));
		assertThat(example.find()).isTrue();
		DiagnosticCollector<JavaFileObject> errors = new DiagnosticCollector<>();
		boolean compiled = ToolProvider.getSystemJavaCompiler()
			.getTask(null, null, errors,
					List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")), null,
					List.of(source(example.group(2), IMPORTS + example.group(1))))
			.call();
		assertThat(errors.getDiagnostics()).isEmpty();
		assertThat(compiled).isTrue();
	}

	private static JavaFileObject source(String name, String text) {
		return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {

			@Override
			public CharSequence getCharContent(boolean ignoreEncodingErrors) {
				return text;
			}

		};
	}

}
